using ManagedTransformer.Optimizers.Schedules;

namespace ManagedTransformer.Tests.Golden.Baseline;

internal sealed class LearningRateSystem : IGoldenSystem
{
    public string Name => "learning_rate";

    public static LearningRateSchedule Schedule(GoldenConfig config)
    {
        double lr = config.Double("lr", 1), initial = config.Double("warmup_init_lr", -1);
        long warmup = config.Long("warmup", 0);
        return config.Text("schedule") switch
        {
            "inverse_sqrt" => new InverseSquareRootSchedule(lr, warmup, initial),
            "noam" => new NoamSchedule(config.Int("dim"), warmup, config.Double("factor", 1)),
            "cosine" => new CosineSchedule(lr, config.Double("min_lr", 0), warmup, config.Long("max_update", 0), initial,
                config.Double("period", -1),
                config.Double("t_mult", 1), config.Double("lr_shrink", 1)),
            "polynomial" => new PolynomialSchedule(lr, config.Double("end_lr", 0), warmup, config.Long("total", 0),
                config.Double("power", 1)),
            "constant" => new ConstantSchedule(lr, warmup),
            string other => throw new InvalidDataException($"unknown schedule '{other}'"),
        };
    }

    public void Run(GoldenCase test, GoldenCheck check)
    {
        LearningRateSchedule schedule = Schedule(test.Config);
        double[] rates = [.. test.IntegerValues("in/updates_done").Select(done => schedule.Rate(done))];
        check.Compare("out/lr", rates);

        // Rates are small: what 1 + |expected| would let pass is as large as they are.
        double[] ones = [.. rates.Select(_ => 1.0)];
        double[] ratios = [.. rates.Zip(test.Values("out/lr"), (actual, expected) => actual == expected ? 1 : actual / expected)];
        check.CompareValues("rates relative to the expected ones", ones, ratios, test.ShapeOf("out/lr"));
    }
}

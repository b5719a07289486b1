using ManagedTransformer.Optimizers.Schedules;

namespace ManagedTransformer.Tests.Golden.ProductKeyMemory;

internal sealed class ScheduleSystem : IGoldenSystem
{
    public string Name => "lr_schedule";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        string kind = config.Text("kind");
        LearningRateSchedule schedule = kind switch
        {
            "inverse_sqrt" =>
                new InverseSquareRootSchedule(config.Double("lr"), config.Long("warmup", 0), config.Double("warmup_init_lr", 1e-7)),
            "noam" => new NoamSchedule(config.Int("dim"), config.Long("warmup", 0), config.Double("factor", 1)),
            "constant" => new ConstantSchedule(config.Double("lr"), 0),
            _ => throw new InvalidDataException($"unknown schedule '{kind}'"),
        };

        // The steps of noam count from 1, updates done from 0.
        double[] rates = [.. test.IntegerValues("in/step").Select(step => schedule.Rate(kind == "noam" ? step - 1 : step))];
        check.Compare("out/lr", rates);
        double[] ratios = [.. rates.Zip(test.Values("out/lr"), (actual, expected) => actual == expected ? 1 : actual / expected)];
        check.CompareValues("rates relative to the expected ones", [.. rates.Select(_ => 1.0)], ratios);
    }
}

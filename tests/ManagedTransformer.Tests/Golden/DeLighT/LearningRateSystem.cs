using ManagedTransformer.Optimizers.Schedules;

namespace ManagedTransformer.Tests.Golden.DeLighT;

internal sealed class LearningRateSystem : IGoldenSystem
{
    public string Name => "lr";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        long warmup = config.Long("warmup", 0);
        LearningRateSchedule schedule = config.Text("schedule") == "linear"
            ? new LinearDecaySchedule(config.Double("peak"), warmup, config.Long("total", 0), config.Double("init"))
            : new CosineSchedule(config.Double("peak"), config.Double("floor"), warmup, 0, config.Double("init"), config.Double("period"));
        double[] rates = [.. test.IntegerValues("in/step").Select(step => schedule.Rate(step))];
        check.Compare("out/lr", rates);
        double[] ratios = [.. rates.Zip(test.Values("out/lr"), (actual, expected) => actual / expected)];
        check.CompareValues("rates relative to the expected ones", [.. rates.Select(_ => 1.0)], ratios);
    }
}

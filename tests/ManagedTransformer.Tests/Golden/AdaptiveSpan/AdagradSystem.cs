using ManagedTransformer.Modules;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Optimizers.Schedules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.AdaptiveSpan;

internal sealed class AdagradSystem : IGoldenSystem
{
    public string Name => "adagrad";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        NamedParameter[] parameters =
            [.. test.NamesUnder("param/").Select(name => new NamedParameter(name, new Parameter(test.Floats("param/" + name))))];
        Adagrad adagrad = new([new ParameterGroup(parameters)], config.Float("clip", 0),
            initialAccumulator: config.Float("initial_accumulator", 0));
        LinearWarmupSchedule schedule = new(config.Double("lr"), config.Int("warmup"));
        List<double> rates = [];
        for (int step = 1; step <= config.Int("steps"); step++)
        {
            foreach (NamedParameter named in parameters)
            {
                // The gradient of sum(w g) is g.
                named.Parameter.ClearGradient();
                named.Parameter.Multiply(test.Floats($"in/grad.{step}.{named.Name}")).Sum().Backward();
            }

            rates.Add(schedule.Rate(adagrad.Updates));
            adagrad.Step((float)rates[^1]);
            Dictionary<string, Tensor> state = adagrad.State().ToDictionary(named => named.Name, named => named.Buffer);
            foreach (NamedParameter named in parameters)
            {
                if (named.Name.EndsWith("span.ratio", StringComparison.Ordinal))
                {
                    named.Parameter.Assign(named.Parameter.Detach().Clamp(0, 1));
                }

                check.Compare($"out/param.{step}.{named.Name}", named.Parameter);
                check.Compare($"out/accum.{step}.{named.Name}", state[$"accumulator.{named.Name}"]);
            }
        }

        check.Compare("out/lr", rates);
    }
}

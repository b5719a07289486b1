using ManagedTransformer.Modules;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Optimizers.Schedules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Baseline;

internal sealed class AdamSystem : IGoldenSystem
{
    public string Name => "adam";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        double[] betas = config.Has("betas") ? config.Doubles("betas") : [0.9, 0.98];
        NamedParameter[] parameters =
            [.. test.NamesUnder("param/").Select(name => new NamedParameter(name, new Parameter(test.Floats("param/" + name))))];
        Adam adam = new(
            [new ParameterGroup(parameters)],
            new AdamOptions
            {
                Beta1 = (float)betas[0],
                Beta2 = (float)betas[1],
                Epsilon = config.Float("eps", 1e-8),
                WeightDecay = config.Float("weight_decay", 0),
            });
        LearningRateSchedule schedule = LearningRateSystem.Schedule(config.Object("lr"));
        int updates = test.ShapeOf("in/grad_" + parameters[0].Name)[0];
        List<double> rates = [], norms = [];
        Dictionary<string, List<double>> values = parameters.ToDictionary(named => named.Name, _ => new List<double>());
        for (int update = 0; update < updates; update++)
        {
            foreach (NamedParameter named in parameters)
            {
                // The gradient of sum(w g) is g.
                Tensor gradient = test.Floats("in/grad_" + named.Name).Slice(0, update, 1).Reshape(named.Parameter.Shape);
                named.Parameter.ClearGradient();
                named.Parameter.Multiply(gradient).Sum().Backward();
            }

            double norm = GradientClipping.GlobalNorm(parameters), rate = schedule.Rate(adam.Updates);
            norms.Add(norm);
            rates.Add(rate);
            adam.Step((float)rate, GradientClipping.Scale(norm, config.Float("clip_norm", 0)));
            foreach (NamedParameter named in parameters)
            {
                values[named.Name].AddRange(named.Parameter.ToArray().Select(value => (double)value));
            }
        }

        foreach (NamedParameter named in parameters)
        {
            check.Compare("out/" + named.Name, values[named.Name]);
        }

        if (test.Has("out/grad_norm"))
        {
            check.Compare("out/grad_norm", norms);
        }

        if (test.Has("out/lr"))
        {
            check.Compare("out/lr", rates);
        }
    }
}

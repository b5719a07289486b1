using ManagedTransformer.Modules;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.ProductKeyMemory;

/// <summary>
/// The four kinds of Adam: with L2 decay, with decoupled decay, with epsilon before the bias correction,
/// and the last of these for touched rows only.
/// </summary>
internal sealed class OptimizerSystem(string name) : IGoldenSystem
{
    public string Name => name;

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        string kind = config.Text("kind", name["optim_".Length..]);
        Parameter p = new(test.Floats("param/p"));
        Adam adam = new([new ParameterGroup([new NamedParameter("p", p)])], new AdamOptions
        {
            Beta1 = config.Float("beta1", 0.9),
            Beta2 = config.Float("beta2", 0.999),
            Epsilon = config.Float("eps", 1e-8),
            WeightDecay = config.Float("weight_decay", 0),
            DecoupledDecay = kind != "adam",
            CorrectRoot = kind is "adam" or "adamw",
        });
        Tensor[] moments = [.. adam.State().Select(named => named.Buffer)];
        for (int step = 0; step < config.Int("steps"); step++)
        {
            p.ClearGradient();
            SetGradient(test, p, step);
            adam.Step(config.Float("lr", 1e-3));
            check.Compare($"out/p.{step}", p);
            check.Compare($"out/exp_avg.{step}", moments[0]);
            check.Compare($"out/exp_avg_sq.{step}", moments[1]);
        }
    }

    // The gradient of sum(p g) is g, of whole tables or of rows.
    private static void SetGradient(GoldenCase test, Parameter p, int step)
    {
        Tensor read = test.Has($"in/rows.{step}") ? p.Embedding(test.Integers($"in/rows.{step}"), sparse: true) : p;
        read.Multiply(test.Floats($"in/grad.{step}")).Sum().Backward();
    }
}

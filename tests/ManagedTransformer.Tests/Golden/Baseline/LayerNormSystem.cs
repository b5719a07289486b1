using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Baseline;

internal sealed class LayerNormSystem : IGoldenSystem
{
    public string Name => "layer_norm";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        LayerNorm norm = new(test.Config.Int("dim"), test.Config.Float("eps", 1e-5));
        check.Load(norm);
        Tensor x = check.Input("x"), y = norm.Forward(x);
        check.Compare("out/y", y);
        check.Differentiate(("y", y));
        check.CompareInputGradient("x", x);
        check.CompareGradients(norm);

        // The form with a residual connection: x = x/2 + x/2, exact in binary.
        Tensor half = (check.Input("x").Detach() * 0.5f).Detach();
        check.Compare("out/y", norm.Forward(half, half).Normalized);
    }
}

using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Llama;

internal sealed class RmsNormSystem : IGoldenSystem
{
    public string Name => "rms_norm";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        RmsNorm norm = Build(test, check);
        Tensor x = check.Input("x"), y = norm.Forward(x);
        Compare(check, norm, x, y);

        // With a residual sum in front.
        norm = Build(test, check);
        x = check.Input("x");
        (_, y) = norm.Forward(x, Tensor.Zeros(x.Shape));
        Compare(check, norm, x, y);
    }

    private static RmsNorm Build(GoldenCase test, GoldenCheck check)
    {
        RmsNorm norm = new(test.Config.Int("dim"), test.Config.Float("eps", 1e-6));
        check.Load(norm);
        return norm;
    }

    private static void Compare(GoldenCheck check, RmsNorm norm, Tensor x, Tensor y)
    {
        check.Compare("out/y", y);
        check.Differentiate(("y", y));
        check.CompareGradients(norm);
        check.CompareInputGradient("x", x);
    }
}

using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.ProductKeyMemory;

internal sealed class BatchNormSystem : IGoldenSystem
{
    public string Name => "batch_norm";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        BatchNorm norm = new(test.Config.Int("channels"), test.Config.Float("eps", 1e-5), test.Config.Float("momentum", 0.1));
        check.Load(norm);
        Tensor x = check.Input("x"), y = norm.Forward(x, ProductKeyMemoryFamily.Context(test.Config), test.OptionalFloats("in/mask"));
        check.Compare("out/y", y);
        ProductKeyMemoryFamily.CompareBuffers(check, norm);
        check.Differentiate(("y", y));
        check.CompareInputGradient("x", x);
        check.CompareGradients(norm);
    }
}

using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.DeLighT;

internal sealed class GroupedLinearSystem : IGoldenSystem
{
    public string Name => "group_linear";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        GroupedLinear layer = new(
            config.Int("in"), config.Int("out"), config.Int("groups"), new RandomSource(1),
            config.Bool("bias", true), config.Bool("norm", false), config.Bool("shuffle", false), DelightModels.Activation(config));
        check.Load(layer);
        Tensor x = check.Input("x"), y = layer.Forward(x);
        check.Compare("out/y", y);
        check.Differentiate(("y", y));
        check.CompareInputGradient("x", x);
        check.CompareGradients(layer);
    }
}

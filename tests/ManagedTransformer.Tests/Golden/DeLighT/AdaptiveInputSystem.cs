using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.DeLighT;

internal sealed class AdaptiveInputSystem : IGoldenSystem
{
    public string Name => "adaptive_input";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        AdaptiveInput input = new(
            DelightModels.Clusters(config, config.Bool("scale", true)), config.Int("vocab"), config.Int("out_dim"), new RandomSource(1),
            config.Padding("pad"), config.Int("initial_dim", config.Int("out_dim")));
        check.Load(input);
        Tensor x = input.Forward(test.Integers("in/tokens"));
        check.Compare("out/x", x);
        check.Differentiate(("x", x));
        check.CompareGradients(input);
    }
}

using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.LinearAttention;

internal sealed class FeatureMapSystem : IGoldenSystem
{
    public string Name => "feature_map";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        LinearModels.NamedMap module = LinearModels.Map(test.Config);
        check.Load(module);
        Tensor x = check.Input("x");
        Tensor phi = LinearModels.Turned(module.Feature.Map(LinearModels.Turned(x)));
        check.Compare("out/phi", phi);
        check.Differentiate(("phi", phi));
        check.CompareInputGradient("x", x);
        check.CompareGradients(module);
    }
}

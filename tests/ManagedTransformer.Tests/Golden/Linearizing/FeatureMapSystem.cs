using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Linearizing;

internal sealed class FeatureMapSystem : IGoldenSystem
{
    public string Name => "feature_map";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        Named features = new(new LolcatsFeatures(
            LinearizingModels.Lolcats(test.Config), test.Config.Int("heads"), test.Config.Int("head_dim")));
        check.Load(features);
        Tensor x = check.Input("x"), phi = LinearizingModels.Turn(features.Map.Map(LinearizingModels.Turn(x)));
        check.Compare("out/phi", phi.Contiguous());
        check.Differentiate(("phi", phi));
        check.CompareGradients(features);
        check.CompareInputGradient("x", x);
    }

    private sealed class Named(LolcatsFeatures map) : Module
    {
        public LolcatsFeatures Map => map;

        public override void Visit(ParameterVisitor visit) => visit.Add("feature", map);
    }
}

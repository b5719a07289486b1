using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.LinearAttention;

internal sealed class NoncausalSystem : IGoldenSystem
{
    public string Name => "noncausal";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        LinearModels.NamedMap module = LinearModels.Map(test.Config);
        check.Load(module);
        LinearAttentionConfig config = LinearModels.Config(test.Config);
        Tensor q = check.Input("q"), k = check.Input("k"), v = check.Input("v");
        Tensor? padding = test.OptionalFloats("in/key_padding_mask");
        Tensor query = module.Feature.MapQueries(LinearModels.Turned(q) * config.QueryFactor(test.Config.Int("head_dim"))), key = module.Feature.MapKeys(LinearModels.Turned(k));
        Tensor output = LinearModels.Turned(query.NoncausalLinearAttention(key, LinearModels.Turned(v), config.Options with { KeyPadding = padding }));
        LinearAttentionState state = TensorOperators.LinearStateOf(key, LinearModels.Turned(v), padding);
        check.Compare("out/out", output);
        check.Compare("out/s", state.S);
        check.Compare("out/z", state.Z);
        check.Differentiate(("out", output));
        check.CompareInputGradient("q", q);
        check.CompareInputGradient("k", k);
        check.CompareInputGradient("v", v);
        check.CompareGradients(module);
    }
}

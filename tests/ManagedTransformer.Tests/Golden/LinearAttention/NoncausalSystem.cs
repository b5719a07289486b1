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
        (Tensor query, Tensor? queryScale) =
            module.Feature.ScaleQueries(LinearModels.Turned(q) * config.QueryFactor(test.Config.Int("head_dim")));
        (Tensor key, Tensor? keyScale) = module.Feature.ScaleKeys(LinearModels.Turned(k));
        LinearAttentionOptions options = config.ScaledOptions(queryScale, keyScale) with { KeyPadding = padding };
        Tensor output = LinearModels.Turned(query.NoncausalLinearAttention(key, LinearModels.Turned(v), options));
        LinearAttentionState state = TensorOperators.LinearStateOf(key, LinearModels.Turned(v), padding);
        check.Compare("out/out", output);
        check.Compare("out/s", LinearModels.Unscaled(state.S, keyScale));
        check.Compare("out/z", LinearModels.Unscaled(state.Z, keyScale));
        check.Differentiate(("out", output));
        check.CompareInputGradient("q", q);
        check.CompareInputGradient("k", k);
        check.CompareInputGradient("v", v);
        check.CompareGradients(module);
    }
}

using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.AllAttention;

/// <summary>Persistent slots beside given scores of the window, in separate steps: what the fused operator never has as tensors.</summary>
internal sealed class PersistentSystem : IGoldenSystem
{
    public string Name => "persistent";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        GoldenConfig config = test.Config;
        int heads = config.Int("heads"), persistent = config.Int("persistent"), length = config.Int("length");
        Tensor query = check.Input("q"), scores = check.Input("scores");
        Parameter key = new(test.Floats("param/persistent.key")), value = new(test.Floats("param/persistent.value"));
        Parameter? ratio = test.Has("param/span.ratio") ? new(test.Floats("param/span.ratio")) : null;

        Tensor all = TensorOperators.Concat(-1, scores * (1 / MathF.Sqrt(config.Int("head_dim"))), query.MatMul(key.Transpose())).Softmax();
        if (ratio is not null)
        {
            Tensor mask = TensorOperators.SpanMask(ratio * config.Int("max_span"), length, config.Int("ramp"))
                .Reshape(new Shape(heads, 1, length));
            all = all.SpanNormalize(mask.Pad(-1, 0, persistent, 1));
        }

        Tensor weights = all.Slice(-1, 0, length), persistentWeights = all.Slice(-1, length, persistent);
        Tensor y = persistentWeights.MatMul(value) * MathF.Sqrt(persistent);
        check.Compare("out/weights", weights);
        check.Compare("out/persistent_weights", persistentWeights);
        check.Compare("out/y", y);
        check.Differentiate(("weights", weights), ("y", y));
        check.CompareInputGradient("q", query);
        check.CompareInputGradient("scores", scores);
        check.Compare("grad/param/persistent.key", key.Gradient!);
        check.Compare("grad/param/persistent.value", value.Gradient!);
        if (ratio is not null)
        {
            check.Compare("grad/param/span.ratio", ratio.Gradient!);
        }
    }
}

using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Golden.Linearizing;

internal sealed class AttentionSystem : IGoldenSystem
{
    public string Name => "attention";

    public void Run(GoldenCase test, GoldenCheck check)
    {
        LolcatsConfig config = LinearizingModels.Lolcats(test.Config);
        Tensor? padding = test.OptionalFloats("in/key_padding_mask");

        // In blocks of one window, of several, and in the quadratic form.
        foreach (int fewest in new[] { 1, 5, int.MaxValue })
        {
            HybridAttention attention = Build(test, check, config);
            Tensor q = check.Input("q"), k = check.Input("k"), v = check.Input("v");
            Tensor y = LinearizingModels.Turn(attention.Attend(
                LinearizingModels.Turn(q), LinearizingModels.Turn(k), LinearizingModels.Turn(v), padding, fewest));
            check.Compare("out/out", y.Contiguous());
            check.Differentiate(("out", y));
            check.CompareGradients(attention);
            check.CompareInputGradient("q", q);
            check.CompareInputGradient("k", k);
            check.CompareInputGradient("v", v);
        }

        // By its weights.
        HybridAttention quadratic = Build(test, check, config);
        Tensor query = LinearizingModels.Turn(check.Input("q")), key = LinearizingModels.Turn(check.Input("k")),
            value = LinearizingModels.Turn(check.Input("v"));
        check.Compare("out/weights", quadratic.Weights(query, key, padding));

        // What the last position reads: sums over the keys that have left its window.
        int length = query.Shape[1], heads = query.Shape[2], left = Math.Min(config.Shape.First(length - 1), length);
        Tensor mapped = quadratic.FeatureKey.Map(key.Slice(1, 0, left)),
            values = HeadsOf(value.Slice(1, 0, left), heads);
        LinearAttentionState sums = TensorOperators.LinearStateOf(mapped, values, padding?.Slice(1, 0, left));
        check.Compare("out/s", sums.S);
        check.Compare("out/z", sums.Z);
        if (padding is null)
        {
            CompareSteps(check, quadratic, query, key, value);
        }
    }

    private static void CompareSteps(GoldenCheck check, HybridAttention attention, Tensor query, Tensor key, Tensor value)
    {
        int length = query.Shape[1];
        foreach (int piece in new[] { 1, 3, length })
        {
            LolcatsState state = attention.CreateState(query.Shape[0]);
            List<Tensor> outputs = [];
            for (int t = 0; t < length; t += piece)
            {
                int count = Math.Min(piece, length - t);
                outputs.Add(attention.Step(query.Slice(1, t, count), key.Slice(1, t, count), value.Slice(1, t, count), state));
            }

            check.Compare("out/out", TensorOperators.Concat(1, [.. outputs]).Transpose(1, 2).Contiguous());
            check.Compare("out/s", state.Sums.S);
            check.Compare("out/z", state.Sums.Z);
        }
    }

    private static Tensor HeadsOf(Tensor x, int heads)
    {
        (int batch, int length, int own, int width) = (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]);
        return x.Reshape(new Shape(batch, length, own, 1, width)).Expand(new Shape(batch, length, own, heads / own, width))
            .Reshape(new Shape(batch, length, heads, width));
    }

    private static HybridAttention Build(GoldenCase test, GoldenCheck check, LolcatsConfig config)
    {
        HybridAttention attention =
            new(config, test.Config.Int("heads"), test.Config.Int("key_value_heads"), test.Config.Int("head_dim"));
        check.Load(attention);
        return attention;
    }
}

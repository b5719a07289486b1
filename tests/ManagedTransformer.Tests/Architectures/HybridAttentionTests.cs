using FsCheck.Xunit;
using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Golden;
using Xunit;

namespace ManagedTransformer.Tests.Architectures;

/// <summary>Hybrid attention in its three forms against the formula in double precision, over shapes, windows and padding.</summary>
public sealed class HybridAttentionTests
{
    private const int Width = 4;

    [Property(MaxTest = 150)]
    public void AllFormsGiveWhatTheFormulaSays(
        ushort length, byte window, byte size, byte heads, byte groups, bool isT2r, bool isAffine, bool hasPadding, int seed)
    {
        int keyHeads = 1 + (heads % 3), count = keyHeads * (1 + (groups % 3)), rows = 1 + (length % 23), batch = 1 + (length % 2);
        LolcatsWindow kind = (LolcatsWindow)(window % 3);
        LolcatsConfig config = new()
        {
            Map = isT2r ? LolcatsMap.T2r : LolcatsMap.Hedgehog,
            FeatureSize = 3,
            FeatureBias = isT2r,
            Window = kind,
            WindowSize = kind == LolcatsWindow.None ? 0 : 1 + (size % 9),
            AffineFactors = isAffine && kind != LolcatsWindow.None,
        };
        RandomSource random = new((ulong)(uint)seed);
        HybridAttention attention = new(config, count, keyHeads, Width);
        foreach (NamedParameter named in attention.Parameters())
        {
            named.Parameter.Assign(named.Parameter + Tensor.Normal(named.Parameter.Shape, 0.1f, 0.5f, random.NextKey()));
        }

        Tensor q = Draw(count), k = Draw(keyHeads), v = Draw(keyHeads), g = Draw(count);
        Tensor? padding = hasPadding
            ? Tensor.From([.. Enumerable.Range(0, batch * rows).Select(i => (i * 7 + seed) % 4 == 0 ? 1f : 0f)], new Shape(batch, rows))
            : null;
        (Tensor expected, Tensor weights) = Formula(attention, config, q, k, v, padding);
        ConfigSpace.Near(weights, attention.Weights(q, k, padding), 2e-5);
        List<float[]> gradients = [];
        foreach (int fewest in new[] { 1, 4, int.MaxValue })
        {
            attention.ClearGradients();
            Tensor[] inputs = [.. new[] { q, k, v }.Select(x => x.Detach() * 1)];
            Array.ForEach(inputs, x => x.RequiresGradient = true);
            Tensor y = attention.Attend(inputs[0], inputs[1], inputs[2], padding, fewest);
            ConfigSpace.Near(expected, y, 2e-5);
            (y * g).Sum().Backward();
            gradients.Add([.. inputs.Concat(attention.Parameters().Select(named => named.Parameter))
                .SelectMany(x => x.Gradient?.ToArray() ?? new float[x.Count])]);
        }

        float largest = 1 + gradients[^1].Max(Math.Abs);
        Assert.All(gradients, own => Assert.All(
            own.Zip(gradients[^1]), pair => Assert.True(Math.Abs(pair.First - pair.Second) <= 1e-4 * largest, $"{pair}")));
        if (padding is null)
        {
            CompareSteps(attention, q, k, v, expected, 1 + (size % 4));
        }

        Tensor Draw(int own) => Tensor.Normal(new Shape(batch, rows, own, Width), 0, 1, random.NextKey());
    }

    private static void CompareSteps(HybridAttention attention, Tensor q, Tensor k, Tensor v, Tensor expected, int piece)
    {
        LolcatsState state = attention.CreateState(q.Shape[0]);
        for (int t = 0; t < q.Shape[1]; t += piece)
        {
            int count = Math.Min(piece, q.Shape[1] - t);
            ConfigSpace.Near(
                expected.Slice(1, t, count), attention.Step(q.Slice(1, t, count), k.Slice(1, t, count), v.Slice(1, t, count), state), 2e-5);
        }
    }

    // Outputs [B, T, H, d] and weights [B, H, T, T].
    private static (Tensor Output, Tensor Weights) Formula(
        HybridAttention attention, LolcatsConfig config, Tensor q, Tensor k, Tensor v, Tensor? padding)
    {
        (int batch, int length, int heads, int keyHeads) = (q.Shape[0], q.Shape[1], q.Shape[2], k.Shape[2]);
        float[] query = q.ToArray(), key = k.ToArray(), value = v.ToArray(), phiQ = attention.FeatureQuery.Map(q).ToArray(),
            phiK = attention.FeatureKey.Map(k).ToArray(), padded = padding?.ToArray() ?? new float[batch * length],
            factors = attention.WindowFactor?.ToArray() ?? new float[heads];
        float[] output = new float[query.Length], weights = new float[batch * heads * length * length];
        int features = phiQ.Length / (batch * length * heads);
        for (int i = 0; i < batch * heads * length; i++)
        {
            (int b, int h, int t) = (i / (heads * length), i / length % heads, i % length);
            int group = h / (heads / keyHeads);
            double gamma = 1 / (1 + Math.Exp(-factors[h])), beta = config.AffineFactors ? 1 - gamma : 1;
            bool[] inWindow = [.. Enumerable.Range(0, length).Select(u => config.Window switch
            {
                LolcatsWindow.Standard => u > t - config.WindowSize && u <= t,
                LolcatsWindow.Terraced => u <= t && u / config.WindowSize >= (t / config.WindowSize) - 1,
                _ => false,
            })];
            double[] scores = [.. Enumerable.Range(0, length).Select(u =>
                Dot(query, Place(b, t, h, heads), key, Place(b, u, group, keyHeads), Width) / Math.Sqrt(Width))];
            int[] seen = [.. Enumerable.Range(0, t + 1).Where(u => padded[(b * length) + u] == 0)];
            double most = seen.Where(u => inWindow[u]).Select(u => scores[u]).DefaultIfEmpty().Max();
            double[] own = new double[length];
            foreach (int u in seen)
            {
                own[u] = inWindow[u]
                    ? gamma * Math.Exp(scores[u] - most)
                    : beta * Dot(phiQ, Place(b, t, h, heads) * features / Width, phiK, Place(b, u, h, heads) * features / Width, features);
            }

            double sum = own.Sum() + (config.Window == LolcatsWindow.None ? 1e-12 : 0);
            for (int u = 0; u < length && sum > 0; u++)
            {
                weights[(i * length) + u] = (float)(own[u] / sum);
                for (int c = 0; c < Width; c++)
                {
                    output[Place(b, t, h, heads) + c] += (float)(own[u] / sum * value[Place(b, u, group, keyHeads) + c]);
                }
            }
        }

        return (Tensor.From(output, q.Shape), Tensor.From(weights, new Shape(batch, heads, length, length)));

        int Place(int b, int t, int h, int of) => ((((b * length) + t) * of) + h) * Width;
    }

    private static double Dot(float[] a, int from, float[] b, int other, int count) =>
        Enumerable.Range(0, count).Sum(i => (double)a[from + i] * b[other + i]);
}

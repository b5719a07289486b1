using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Lets a head compute all slots where a query needs those beyond its spans. They have no weight, but their scores are part of the sum
/// behind epsilon, which counts where the softmax has almost all of its mass out there. A group looks at all slots of one query: of every
/// query where there are few scores beyond the spans, else of some. It depends on the operands only, so that forward and backward agree,
/// and the device decides: the host reads nothing back.
/// </summary>
internal static class SpanProbeCode
{
    private const long FewScores = 4096;
    private const int Probes = 32;

    /// <summary>Groups that cover what any head may have to look at.</summary>
    public static int Groups(long queries) =>
        (int)(queries <= FewScores ? queries : (queries + (queries / Probes) - 1) / (queries / Probes));

    public static void Run<TTeam>(SpanReachArguments arguments)
        where TTeam : struct, IRowTeam
    {
        ArrayView<float> scratch = SharedMemory.Allocate<float>(SpanReachArguments.GroupSize);
        SpanArguments span = arguments.Span;
        int head = Grid.IdxY, beyond = span.Length - arguments.Near[head];
        long queries = (long)span.Batch * span.QueryLength, step = queries * beyond <= FewScores || queries < Probes ? 1 : queries / Probes,
            query = Grid.IdxX * step;

        // A group without a query goes through all barriers, as devices want it, but looks at nothing.
        int slots = beyond > 0 && query < queries ? span.Length + span.Persistent : 0;
        query = slots > 0 ? query : 0;
        int batch = (int)(query / span.QueryLength), t = (int)(query % span.QueryLength);
        SpanHead operands = SpanHead.Of(span, (batch * span.Heads) + head);
        float reach = SpanArguments.Reach(span, batch, t, head);
        float max = float.NegativeInfinity, masked = 0, all = 0, mass = 0;
        for (int c = Group.IdxX; c < slots; c += Group.DimX)
        {
            float score = Score(span, operands, t, c), raw = c < span.Length ? ((reach - (span.Length - c)) / span.Ramp) + 1 : 1;
            float mask = raw < 0 ? 0 : raw > 1 ? 1 : raw, larger = score > max ? score : max;
            float factor = GpuMath.Exp(max - larger), weight = GpuMath.Exp(score - larger);
            masked = (masked * factor) + (mask * weight);
            all = (all * factor) + weight;
            mass = (mass * factor) + (c < beyond ? weight : 0);
            max = larger;
        }

        float largest = default(TTeam).Merge<float, MaxCode>(max, scratch, Group.DimX),
            scale = max == float.NegativeInfinity ? 0 : GpuMath.Exp(max - largest);
        float normalizer = default(TTeam).Merge<float, SumCode>((masked + (span.Epsilon * all)) * scale, scratch, Group.DimX);
        mass = default(TTeam).Merge<float, SumCode>(mass * scale, scratch, Group.DimX);
        if (Group.IdxX == 0 && slots > 0 && span.Epsilon * mass > SpanAttentionProblem.Significant * normalizer)
        {
            Atomic.Max(ref arguments.Slots[head], span.Length);
        }
    }

    private static float Score(SpanArguments span, SpanHead operands, int t, int c)
    {
        float sum = 0;
        for (int j = 0; j < span.Width; j++)
        {
            float key = c < span.Length
                ? TileRows.Load(operands.Keys, t + c, j) + TileRows.Load(operands.Positions, c, j)
                : TileRows.Load(operands.PersistentKeys, c - span.Length, j);
            sum = FusedProduct.Add(TileRows.Load(operands.Queries, t, j), key, sum);
        }

        return c < span.Length ? span.Scale * sum : sum;
    }
}

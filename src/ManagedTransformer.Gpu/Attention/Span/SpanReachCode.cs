using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Finds the number of newest slots that each head computes: those that its longest span reaches. A group per head.</summary>
internal static class SpanReachCode
{
    public static void Run<TTeam>(SpanReachArguments arguments)
        where TTeam : struct, IRowTeam
    {
        ArrayView<float> scratch = SharedMemory.Allocate<float>(SpanReachArguments.GroupSize);
        SpanArguments span = arguments.Span;
        int head = Grid.IdxX;
        long times = span.SpanTime != 0 ? span.QueryLength : 1, spans = (span.SpanBatch != 0 ? span.Batch : 1) * times;
        float longest = float.NegativeInfinity;
        for (long i = Group.IdxX; i < spans; i += Group.DimX)
        {
            float reach = SpanArguments.Reach(span, (int)(i / times), (int)(i % times), head);
            longest = reach > longest ? reach : longest;
        }

        longest = default(TTeam).Merge<float, MaxCode>(longest, scratch, Group.DimX);

        // The mask reaches 0 at the distance z + 1 + Ramp; that slot still takes part in the gradient of z.
        float slots = MathF.Floor(longest) + span.Ramp;
        int near = slots < 1 ? 1 : slots < span.Length ? (int)slots : span.Length;
        if (Group.IdxX == 0)
        {
            arguments.Near[head] = near;
            arguments.Slots[head] = near;
        }
    }
}

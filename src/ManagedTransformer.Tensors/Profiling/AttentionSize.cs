using System.Runtime.InteropServices;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Profiling;

/// <summary>Counts the bytes that attention touches and the operations that it computes.</summary>
internal static class AttentionSize
{
    /// <summary>Pairs of a query and a key that it may see; padding counts as seen.</summary>
    public static double Pairs(in AttentionProblem problem)
    {
        double pairs = 0;
        for (int t = 0; t < problem.QueryLength; t++)
        {
            int seen = problem.Causal ? Math.Max(0, t + 1 + problem.KeyLength - problem.QueryLength) : problem.KeyLength;
            pairs += problem.Window > 0 ? Math.Min(seen, problem.Window) : seen;
        }

        return pairs * problem.Batch * problem.Heads;
    }

    /// <summary>
    /// Pairs of a query and a slot of its head's window, as far as the head's longest span and the ramp reach;
    /// and with its persistent slots.
    /// </summary>
    public static (double Window, double Persistent) Pairs(in SpanAttentionProblem problem)
    {
        double queries = (double)problem.Batch * problem.QueryLength, window = 0;
        for (int head = 0; head < problem.Heads; head++)
        {
            window += queries * Slots(problem, head);
        }

        return (window, queries * problem.Heads * problem.Persistent);
    }

    /// <summary>
    /// Products of features with values: one to advance the state and one to read it per position,
    /// whatever the number that a chunked form takes.
    /// </summary>
    public static double Products(in LinearAttentionProblem problem) =>
        2.0 * problem.Batch * problem.Heads * problem.Length * problem.Features * problem.ValueWidth;

    /// <summary>Queries, keys, values and results.</summary>
    public static double Elements(in AttentionProblem problem) =>
        (double)problem.Batch * (((double)problem.Heads * problem.QueryLength) + ((double)problem.KeyHeads * problem.KeyLength))
        * (problem.HeadWidth + problem.ValueWidth);

    /// <summary>Queries, keys, values and results, positions and persistent slots.</summary>
    public static double Elements(in SpanAttentionProblem problem)
    {
        double rows = 2.0 * problem.Batch * (problem.QueryLength + problem.Length + problem.QueryLength);
        return problem.HeadWidth * ((problem.Heads * (rows + (2.0 * problem.Persistent))) + problem.Length);
    }

    /// <summary>Queries, keys, values and results.</summary>
    public static double Elements(in LinearAttentionProblem problem) =>
        2.0 * problem.Batch * problem.Heads * problem.Length * (problem.Features + problem.ValueWidth);

    private static int Slots(in SpanAttentionProblem problem, int head)
    {
        if (problem.Spans.IsAbsent)
        {
            return problem.Length;
        }

        float longest = float.NegativeInfinity;
        bool perQuery = problem.SpanStrides.Time != 0;
        Span<float> span = [0];
        for (int batch = 0; batch < (perQuery ? problem.Batch : 1); batch++)
        {
            for (int t = 0; t < (perQuery ? problem.QueryLength : 1); t++)
            {
                long offset = (batch * problem.SpanStrides.Batch) + (t * problem.SpanStrides.Time) + (head * problem.SpanStrides.Head);
                problem.Spans.Storage!.Device.Read(problem.Spans with { Offset = problem.Spans.Offset + offset }, sizeof(float),
                    MemoryMarshal.AsBytes(span));
                longest = Math.Max(longest, span[0]);
            }
        }

        return (int)Math.Clamp((double)MathF.Floor(longest + 1) + problem.Ramp, 1, problem.Length);
    }
}

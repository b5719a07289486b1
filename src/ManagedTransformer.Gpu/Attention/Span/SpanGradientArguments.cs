using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>
/// A <see cref="SpanAttentionGradientProblem"/> as kernels take it. <see cref="Dots"/> are dy . y of all queries in the order of Maxima.
/// Gradients that many queries add to come from <see cref="Parts"/> groups per tile, which leave partial sums: positions [part, head,
/// Length, width], persistent keys and values [part, head, Persistent, width], and of every query that of its span, [head,
/// Batch, QueryLength].
/// </summary>
internal struct SpanGradientArguments
{
    public SpanArguments Forward;
    public HeadOperand DY, DQ, DK, DV;
    public ArrayView<float> Dots, Positions, PersistentKeys, PersistentValues, Spans;
    public int Parts, PersistentParts, HasSpanPerQuery;

    public static SpanGradientArguments Of(in SpanAttentionGradientProblem problem) => new()
    {
        Forward = SpanArguments.Of(problem.Forward),
        DY = HeadOperand.Of(problem.DY, problem.DYStrides),
        DQ = HeadOperand.Of(problem.DQ, problem.DQStrides),
        DK = HeadOperand.Of(problem.DK, problem.DKStrides),
        DV = HeadOperand.Of(problem.DV, problem.DVStrides),
        HasSpanPerQuery = problem.Forward.SpanStrides.Batch != 0 || problem.Forward.SpanStrides.Time != 0 ? 1 : 0,
    };

    /// <summary>The gradients of a head's results.</summary>
    public static TileRows Outputs(SpanGradientArguments arguments, SpanHead head) =>
        HeadOperand.Rows(arguments.DY, head.Batch, head.Head, arguments.Forward.QueryLength, arguments.Forward.Width);
}

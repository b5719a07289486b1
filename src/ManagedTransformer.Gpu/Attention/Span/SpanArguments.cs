using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>
/// A <see cref="SpanAttentionProblem"/> as kernels take it. A pair is a head of a sequence; <see cref="Slots"/> holds how many of its
/// newest slots a head computes.
/// </summary>
internal struct SpanArguments
{
    public HeadOperand Q, K, V, Y;
    public ArrayView<float> Positions, Spans, PersistentKeys, PersistentValues, Maxima, Sums, Normalizers, Weights, PersistentWeights;
    public ArrayView<int> Slots;
    public WeightDropout Dropout;
    public long SpanBatch, SpanTime, SpanHead;
    public int Batch, Heads, QueryLength, Length, Width, Persistent, Ramp, HasSpans, HasSlots, HasOutput, HasSums, HasWeights,
        HasPersistentWeights;
    public float Scale, ValueScale, Epsilon;

    public static SpanArguments Of(in SpanAttentionProblem problem) => new()
    {
        Q = HeadOperand.Of(problem.Q, problem.QStrides),
        K = HeadOperand.Of(problem.K, problem.KStrides),
        V = HeadOperand.Of(problem.V, problem.VStrides),
        Y = HeadOperand.Of(problem.Y, problem.YStrides),
        Positions = problem.Positions.Floats(),
        Spans = problem.Spans.Floats(),
        PersistentKeys = problem.PersistentKeys.Floats(),
        PersistentValues = problem.PersistentValues.Floats(),
        Maxima = problem.Maxima.Floats(),
        Sums = problem.Sums.Floats(),
        Normalizers = problem.Normalizers.Floats(),
        Weights = problem.Weights.Floats(),
        PersistentWeights = problem.PersistentWeights.Floats(),
        Dropout = WeightDropout.Of(problem.Dropout, problem.DropoutKey),
        SpanBatch = problem.SpanStrides.Batch,
        SpanTime = problem.SpanStrides.Time,
        SpanHead = problem.SpanStrides.Head,
        Batch = problem.Batch,
        Heads = problem.Heads,
        QueryLength = problem.QueryLength,
        Length = problem.Length,
        Width = problem.HeadWidth,
        Persistent = problem.Persistent,
        Ramp = problem.Ramp,
        HasSpans = problem.Spans.IsAbsent ? 0 : 1,
        HasOutput = problem.Y.IsAbsent ? 0 : 1,
        HasSums = problem.Maxima.IsAbsent ? 0 : 1,
        HasWeights = problem.Weights.IsAbsent ? 0 : 1,
        HasPersistentWeights = problem.PersistentWeights.IsAbsent ? 0 : 1,
        Scale = problem.Scale,
        ValueScale = MathF.Sqrt(problem.Persistent),
        Epsilon = problem.Spans.IsAbsent ? 0 : SpanAttentionProblem.Epsilon,
    };

    /// <summary>The slots that a head computes.</summary>
    public static int SlotsOf(SpanArguments arguments, int head) => arguments.HasSlots != 0 ? arguments.Slots[head] : arguments.Length;

    /// <summary>z + 1 of a query; without spans it does not matter.</summary>
    public static float Reach(SpanArguments arguments, int batch, int t, int head) => arguments.HasSpans != 0 && t < arguments.QueryLength
        ? arguments.Spans[(batch * arguments.SpanBatch) + (t * arguments.SpanTime) + (head * arguments.SpanHead)] + 1
        : 1;

    /// <summary>That of four queries.</summary>
    public static Quad Reaches(SpanArguments arguments, int batch, int t, int head) => Quad.Of(
        Reach(arguments, batch, t, head), Reach(arguments, batch, t + 1, head), Reach(arguments, batch, t + 2, head),
        Reach(arguments, batch, t + 3, head));
}

using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>
/// An <see cref="AttentionProblem"/> as kernels take it. A pair is a head of a sequence; Group query heads read the same keys.
/// </summary>
internal struct AttentionArguments
{
    public HeadOperand Q, K, V, Y;
    public ArrayView<float> Padding, Maxima, Sums;
    public WeightDropout Dropout;
    public int Heads, Group, QueryLength, KeyLength, HeadWidth, ValueWidth, Causal, Window, HasPadding, HasSums;
    public float Scale;

    public static AttentionArguments Of(in AttentionProblem problem) => new()
    {
        Q = HeadOperand.Of(problem.Q, problem.QStrides),
        K = HeadOperand.Of(problem.K, problem.KStrides),
        V = HeadOperand.Of(problem.V, problem.VStrides),
        Y = HeadOperand.Of(problem.Y, problem.YStrides),
        Padding = problem.KeyPadding.Floats(),
        Maxima = problem.Maxima.Floats(),
        Sums = problem.Sums.Floats(),
        Dropout = WeightDropout.Of(problem.Dropout, problem.DropoutKey),
        Heads = problem.Heads,
        Group = problem.Heads / Math.Max(problem.KeyHeads, 1),
        QueryLength = problem.QueryLength,
        KeyLength = problem.KeyLength,
        HeadWidth = problem.HeadWidth,
        ValueWidth = problem.ValueWidth,
        Causal = problem.Causal ? 1 : 0,
        // A wider window lets every query see everything; so positions minus windows cannot overflow.
        Window = (int)Math.Min(problem.Window, (long)problem.KeyLength + problem.QueryLength),
        HasPadding = problem.KeyPadding.IsAbsent ? 0 : 1,
        HasSums = problem.Maxima.IsAbsent ? 0 : 1,
        Scale = problem.Scale,
    };
}

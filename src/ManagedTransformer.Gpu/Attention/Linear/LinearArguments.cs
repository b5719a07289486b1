using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>
/// A <see cref="LinearAttentionProblem"/> as kernels take it. A pair is a head of a sequence; a chunk is a tile of positions. A state
/// is s, Features rows of ValueWidth numbers, and behind it z, Features numbers; there is one for every pair and chunk.
/// </summary>
internal struct LinearArguments
{
    public HeadOperand Q, K, V, Y;
    public ArrayView<float> EpsilonFactors, Gates, Padding, S, Z, FinalS, FinalZ, Denominators;
    public LinearDecay Decay;
    public int Heads, Length, Features, ValueWidth, Denominator, HasEpsilonFactors, HasGates, HasPadding, HasState, HasFinalState,
        HasDenominators;
    public float Epsilon;

    public static LinearArguments Of(in LinearAttentionProblem problem) => new()
    {
        Q = HeadOperand.Of(problem.Q, problem.QStrides),
        K = HeadOperand.Of(problem.K, problem.KStrides),
        V = HeadOperand.Of(problem.V, problem.VStrides),
        Y = HeadOperand.Of(problem.Y, problem.YStrides),
        EpsilonFactors = problem.EpsilonFactors.Floats(),
        Gates = problem.Gates.Floats(),
        Padding = problem.KeyPadding.Floats(),
        S = problem.S.Floats(),
        Z = problem.Z.Floats(),
        FinalS = problem.FinalS.Floats(),
        FinalZ = problem.FinalZ.Floats(),
        Denominators = problem.Denominators.Floats(),
        Heads = problem.Heads,
        Length = problem.Length,
        Features = problem.Features,
        ValueWidth = problem.ValueWidth,
        Denominator = (int)problem.Denominator,
        HasEpsilonFactors = problem.EpsilonFactors.IsAbsent ? 0 : 1,
        HasGates = problem.Gates.IsAbsent ? 0 : 1,
        HasPadding = problem.KeyPadding.IsAbsent ? 0 : 1,
        HasState = problem.S.IsAbsent ? 0 : 1,
        HasFinalState = problem.FinalS.IsAbsent ? 0 : 1,
        HasDenominators = problem.Denominators.IsAbsent ? 0 : 1,
        Epsilon = problem.Epsilon,
    };

    /// <summary>Numbers of a state.</summary>
    public static long StateSize(LinearArguments arguments) => (long)arguments.Features * (arguments.ValueWidth + 1);

    /// <summary>Rows of one head of one sequence.</summary>
    public static TileRows Rows(LinearArguments arguments, HeadOperand operand, int pair, int width) =>
        HeadOperand.Rows(operand, pair / arguments.Heads, pair % arguments.Heads, arguments.Length, width);

    /// <summary>Where a position's gate and factor lie in [Batch, Length, Heads].</summary>
    public static long GateIndex(LinearArguments arguments, int pair, int t) =>
        ((((long)(pair / arguments.Heads) * arguments.Length) + t) * arguments.Heads) + (pair % arguments.Heads);

    public static bool IsPadding(LinearArguments arguments, int pair, int t) =>
        arguments.HasPadding != 0 && arguments.Padding[((long)(pair / arguments.Heads) * arguments.Length) + t] != 0;

    /// <summary>The epsilon of a position's denominator.</summary>
    public static float EpsilonOf(LinearArguments arguments, int pair, int t) =>
        arguments.HasEpsilonFactors != 0 ? arguments.Epsilon * arguments.EpsilonFactors[GateIndex(arguments, pair, t)] : arguments.Epsilon;

    /// <summary>The divisor of the weighted sum: sum + epsilon, or the larger of epsilon and sum or its magnitude.</summary>
    public static float Divisor(LinearArguments arguments, float sum, float epsilon)
    {
        if (arguments.Denominator == (int)Tensors.LinearDenominator.Add)
        {
            return sum + epsilon;
        }

        float value = arguments.Denominator == (int)Tensors.LinearDenominator.AbsClamp && sum < 0 ? -sum : sum;
        return value < epsilon ? epsilon : value;
    }

    /// <summary>Derivative of <see cref="Divisor"/>.</summary>
    public static float DivisorDerivative(LinearArguments arguments, float sum, float epsilon)
    {
        if (arguments.Denominator == (int)Tensors.LinearDenominator.Add)
        {
            return 1;
        }

        bool isNegative = arguments.Denominator == (int)Tensors.LinearDenominator.AbsClamp && sum < 0;
        float value = isNegative ? -sum : sum;
        if (arguments.Denominator == (int)Tensors.LinearDenominator.AbsClamp && sum == 0)
        {
            return 0;
        }

        return value < epsilon ? 0 : isNegative ? -1 : 1;
    }
}

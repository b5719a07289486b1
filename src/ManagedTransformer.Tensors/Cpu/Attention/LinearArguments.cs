using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>A <see cref="LinearAttentionProblem"/> with addresses in place of buffers. A pair is a head of a sequence.</summary>
internal readonly unsafe struct LinearArguments(in LinearAttentionProblem problem)
{
    public readonly int Batch = problem.Batch, Heads = problem.Heads, Length = problem.Length, Features = problem.Features,
        ValueWidth = problem.ValueWidth;
    public readonly int Chunk = Math.Max(Math.Min(problem.Chunk, problem.Length), 1);
    private readonly LinearDenominator _denominator = problem.Denominator;
    private readonly float _epsilon = problem.Epsilon;
    private readonly float* _q = problem.Q.Floats(), _k = problem.K.Floats(), _v = problem.V.Floats(), _y = problem.Y.Floats();
    private readonly float* _gates = problem.Gates.Floats(), _epsilonFactors = problem.EpsilonFactors.Floats(),
        _padding = problem.KeyPadding.Floats(), _denominators = problem.Denominators.Floats();
    private readonly float* _s = problem.S.Floats(), _z = problem.Z.Floats(), _finalS = problem.FinalS.Floats(),
        _finalZ = problem.FinalZ.Floats();
    private readonly RowStrides _qStrides = problem.QStrides, _kStrides = problem.KStrides, _vStrides = problem.VStrides,
        _yStrides = problem.YStrides;

    public int Pairs => Batch * Heads;

    public bool HasGates => _gates is not null;

    public bool HasState => _s is not null;

    public bool HasFinalState => _finalS is not null;

    public HeadRows Queries(int pair) => new(_q, _qStrides, pair / Heads, pair % Heads);

    public HeadRows Keys(int pair) => new(_k, _kStrides, pair / Heads, pair % Heads);

    public HeadRows Values(int pair) => new(_v, _vStrides, pair / Heads, pair % Heads);

    public HeadRows Outputs(int pair) => new(_y, _yStrides, pair / Heads, pair % Heads);

    /// <summary>The state before the first position.</summary>
    public LinearStateRows State(int pair) => new(_s, _z, pair, Features, ValueWidth);

    /// <summary>The state behind the last position.</summary>
    public LinearStateRows FinalState(int pair) => new(_finalS, _finalZ, pair, Features, ValueWidth);

    /// <summary>q . z of every position; null if not wanted.</summary>
    public float* Denominators(int pair) => _denominators is null ? null : _denominators + ((long)pair * Length);

    /// <summary>The epsilon of a position's denominator.</summary>
    public float Epsilon(int pair, int t) => _epsilonFactors is null ? _epsilon : _epsilon * _epsilonFactors[GateIndex(pair, t)];

    /// <summary>Index of a position's gate or factor, of [Batch, Length, Heads].</summary>
    public long GateIndex(int pair, int t) => ((((long)(pair / Heads) * Length) + t) * Heads) + (pair % Heads);

    public float GateLogit(int pair, int t) => _gates[GateIndex(pair, t)];

    public bool IsPadding(int pair, int t) => _padding is not null && _padding[((long)(pair / Heads) * Length) + t] != 0;

    /// <summary>Divisor of the weighted sum.</summary>
    public float Divisor(float sum, float epsilon) => _denominator switch
    {
        LinearDenominator.Add => sum + epsilon,
        LinearDenominator.Clamp => Math.Max(sum, epsilon),
        _ => Math.Max(Math.Abs(sum), epsilon),
    };

    /// <summary>Derivative of <see cref="Divisor"/>.</summary>
    public float DivisorDerivative(float sum, float epsilon) => _denominator switch
    {
        LinearDenominator.Add => 1,
        LinearDenominator.Clamp => sum >= epsilon ? 1 : 0,
        _ => MathF.Abs(sum) < epsilon ? 0 : sum < 0 ? -1 : sum > 0 ? 1 : 0,
    };
}

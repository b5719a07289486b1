using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>A <see cref="LinearAttentionGradientProblem"/> with addresses in place of buffers.</summary>
internal readonly unsafe struct LinearGradientArguments(in LinearAttentionGradientProblem problem)
{
    public readonly LinearArguments Forward = new(problem.Forward);
    private readonly float* _dy = problem.DY.Floats(), _dq = problem.DQ.Floats(), _dk = problem.DK.Floats(), _dv = problem.DV.Floats(),
        _dGates = problem.DGates.Floats();
    private readonly float* _dFinalS = problem.DFinalS.Floats(), _dFinalZ = problem.DFinalZ.Floats(), _dS = problem.DS.Floats(),
        _dZ = problem.DZ.Floats();
    private readonly RowStrides _dyStrides = problem.DYStrides, _dqStrides = problem.DQStrides, _dkStrides = problem.DKStrides,
        _dvStrides = problem.DVStrides;

    public HeadRows OutputGradients(int pair) => new(_dy, _dyStrides, pair / Forward.Heads, pair % Forward.Heads);

    public HeadRows QueryGradients(int pair) => new(_dq, _dqStrides, pair / Forward.Heads, pair % Forward.Heads);

    public HeadRows KeyGradients(int pair) => new(_dk, _dkStrides, pair / Forward.Heads, pair % Forward.Heads);

    public HeadRows ValueGradients(int pair) => new(_dv, _dvStrides, pair / Forward.Heads, pair % Forward.Heads);

    public LinearStateRows FinalStateGradient(int pair) => new(_dFinalS, _dFinalZ, pair, Forward.Features, Forward.ValueWidth);

    public LinearStateRows StateGradient(int pair) => new(_dS, _dZ, pair, Forward.Features, Forward.ValueWidth);

    public void StoreGateGradient(int pair, int t, float value) => _dGates[Forward.GateIndex(pair, t)] = value;
}

using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>An <see cref="AttentionGradientProblem"/> with addresses in place of buffers.</summary>
internal readonly unsafe struct AttentionGradientArguments(in AttentionGradientProblem problem)
{
    public readonly AttentionArguments Forward = new(problem.Forward);
    private readonly float* _dy = problem.DY.Floats(), _dq = problem.DQ.Floats(), _dk = problem.DK.Floats(), _dv = problem.DV.Floats();
    private readonly RowStrides _dyStrides = problem.DYStrides, _dqStrides = problem.DQStrides, _dkStrides = problem.DKStrides,
        _dvStrides = problem.DVStrides;

    public HeadRows OutputGradients(int pair) => new(_dy, _dyStrides, pair / Forward.Heads, pair % Forward.Heads);

    public HeadRows QueryGradients(int pair) => new(_dq, _dqStrides, pair / Forward.Heads, pair % Forward.Heads);

    /// <summary>Gradients of the keys and values that a head reads.</summary>
    public HeadRows KeyGradients(int pair) => new(_dk, _dkStrides, pair / Forward.Heads, pair % Forward.Heads / Forward.Group);

    public HeadRows ValueGradients(int pair) => new(_dv, _dvStrides, pair / Forward.Heads, pair % Forward.Heads / Forward.Group);
}

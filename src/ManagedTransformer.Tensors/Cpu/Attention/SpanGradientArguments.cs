using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>A <see cref="SpanAttentionGradientProblem"/> with addresses in place of buffers.</summary>
internal readonly unsafe struct SpanGradientArguments(in SpanAttentionGradientProblem problem, int* slots)
{
    public readonly SpanArguments Forward = new(problem.Forward, slots);

    /// <summary>Gradients that all sequences add to; null where there is nothing to differentiate.</summary>
    public readonly float* Positions = problem.DPositions.Floats(), Spans = problem.DSpans.Floats();

    public readonly float* PersistentKeys = problem.DPersistentKeys.Floats(), PersistentValues = problem.DPersistentValues.Floats();

    private readonly float* _dy = problem.DY.Floats(), _dq = problem.DQ.Floats(), _dk = problem.DK.Floats(), _dv = problem.DV.Floats();
    private readonly RowStrides _dyStrides = problem.DYStrides, _dqStrides = problem.DQStrides, _dkStrides = problem.DKStrides,
        _dvStrides = problem.DVStrides;

    public HeadRows OutputGradients(int batch, int head) => new(_dy, _dyStrides, batch, head);

    public HeadRows QueryGradients(int batch, int head) => new(_dq, _dqStrides, batch, head);

    /// <summary>All Length + QueryLength rows, whatever the head sees.</summary>
    public HeadRows KeyGradients(int batch, int head) => new(_dk, _dkStrides, batch, head);

    /// <inheritdoc cref="KeyGradients"/>
    public HeadRows ValueGradients(int batch, int head) => new(_dv, _dvStrides, batch, head);
}

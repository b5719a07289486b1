using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.LinearAttention;

/// <summary>
/// What a linear attention layer remembers of a text of any length: s [B, H, K, dv] and z [B, H, K],
/// and of positive random features the largest exponent.
/// </summary>
internal sealed class LinearState : LayerState
{
    private Tensor? _maximum;
    private readonly Action? _prepare;

    /// <summary>A state that has read nothing.</summary>
    /// <param name="shape">[B, H, K, dv]</param>
    /// <param name="hasMaximum">Whether keys are mapped relative to the largest so far.</param>
    /// <param name="prepare">Called whenever reading begins anew.</param>
    internal LinearState(Shape shape, bool hasMaximum, Action? prepare)
    {
        State = new LinearAttentionState(Tensor.Zeros(shape).Keep(), Tensor.Zeros(shape.Without(3)).Keep());
        _maximum = hasMaximum ? Tensor.Zeros(new Shape(shape[0], 1, shape[1], 1)).Keep() : null;
        _prepare = prepare;
        Reset();
    }

    /// <summary>s and z.</summary>
    public LinearAttentionState State { get; private set; }

    /// <inheritdoc/>
    public override long Bytes => sizeof(float) * (State.S.Count + State.Z.Count + (_maximum?.Count ?? 0));

    /// <inheritdoc/>
    public override void Reset()
    {
        using NoGradientScope _ = new();
        State.S.Assign(Tensor.Zeros(State.S.Shape));
        State.Z.Assign(Tensor.Zeros(State.Z.Shape));
        _maximum?.Assign(Tensor.Full(_maximum.Shape, float.NegativeInfinity));
        _prepare?.Invoke();
    }

    /// <inheritdoc/>
    internal override void Reorder(ReadOnlySpan<int> parents, int start)
    {
        using NoGradientScope _ = new();
        Tensor rows = Tensor.From(parents, new Shape(parents.Length));
        State = new LinearAttentionState(State.S.IndexSelect(0, rows).Keep(), State.Z.IndexSelect(0, rows).Keep());
        _maximum = _maximum?.IndexSelect(0, rows).Keep();
    }

    /// <inheritdoc/>
    internal override void Release()
    {
        State.S.Release();
        State.Z.Release();
        _maximum?.Release();
    }

    /// <inheritdoc/>
    internal override bool TryPretend(int length, int capacity) => true;

    /// <summary>
    /// The largest exponent so far, [B, 1, H, 1]: the logarithm of what s and z lack; null for maps that take nothing out.
    /// </summary>
    internal Tensor? LogScale => _maximum;

    /// <summary>
    /// Raises the largest exponent to at least <paramref name="candidate"/>, [B, 1, H, 1], and scales s and z to the new one,
    /// which it returns.
    /// </summary>
    internal Tensor Raise(Tensor candidate)
    {
        using NoGradientScope _ = new();
        Tensor maximum = _maximum!, raised = maximum.Maximum(candidate);
        Tensor factor = (maximum - raised).Exp().Reshape(State.Z.Shape.With(2, 1));
        State.Z.Assign(State.Z * factor);
        State.S.Assign(State.S * factor.Reshape(State.S.Shape.With(2, 1).With(3, 1)));
        maximum.Assign(raised);
        return raised;
    }
}

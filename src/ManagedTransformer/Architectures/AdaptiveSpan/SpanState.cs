using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.AdaptiveSpan;

/// <summary>
/// Projected keys and values of the newest positions, as many as the layer's longest head can see, so that the memory of generation does
/// not grow with the text. It starts with zero slots, which are ordinary slots. New positions are appended; when the buffer is full, the
/// newest move to its front.
/// </summary>
internal sealed class SpanState : LayerState
{
    /// <summary>Most new positions at a time.</summary>
    internal const int Slack = 128;

    private readonly int _kept;
    private Tensor _keys, _values;
    private int _end;

    internal SpanState(int batch, int kept, int heads, int width)
    {
        _kept = kept;
        _end = kept;
        Shape shape = new(batch, kept + Slack, heads, width);
        _keys = Tensor.Zeros(shape).Keep();
        _values = Tensor.Zeros(shape).Keep();
    }

    /// <summary>How many slots before the new positions are remembered at least.</summary>
    internal int Kept => _kept;

    /// <inheritdoc/>
    public override long Bytes => 2L * _keys.Count * sizeof(float);

    /// <inheritdoc/>
    public override void Reset()
    {
        _end = _kept;
        using NoGradientScope _ = new();
        Tensor zeros = Tensor.Zeros(_keys.Shape);
        _keys.Assign(zeros);
        _values.Assign(zeros);
    }

    /// <inheritdoc/>
    internal override void Reorder(ReadOnlySpan<int> parents, int start)
    {
        using NoGradientScope _ = new();
        Tensor rows = Tensor.From(parents, new Shape(parents.Length));
        (_keys, _values) = (_keys.IndexSelect(0, rows).Keep(), _values.IndexSelect(0, rows).Keep());
    }

    /// <summary>Stores the keys and values of new positions, [B, n, heads, width], and returns them behind the slots before.</summary>
    /// <param name="key">n is at most <see cref="Slack"/>.</param>
    /// <param name="value">The same shape.</param>
    /// <param name="slots">How many slots before the new positions.</param>
    internal (Tensor Keys, Tensor Values) Append(Tensor key, Tensor value, int slots)
    {
        int count = key.Shape[1];
        if (_end + count > _keys.Shape[1])
        {
            MoveToFront(_keys);
            MoveToFront(_values);
            _end = _kept;
        }

        _keys.Slice(1, _end, count).Assign(key);
        _values.Slice(1, _end, count).Assign(value);
        int first = _end - slots;
        _end += count;
        return (_keys.Slice(1, first, slots + count), _values.Slice(1, first, slots + count));
    }

    // Through a copy, since the two ranges may overlap.
    private void MoveToFront(Tensor buffer) =>
        buffer.Slice(1, 0, _kept).Assign(TensorOperators.Concat(1, buffer.Slice(1, _end - _kept, _kept)));
}

using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Samples.OwnModel;

/// <summary>
/// What a recurrence remembers of everything that it has read: c of the last position, of the same size for texts of any length.
/// </summary>
/// <param name="shape">[B, D]</param>
public sealed class RecurrentState(Shape shape) : LayerState
{
    /// <summary>c, [B, D].</summary>
    public Tensor Memory { get; } = Tensor.Zeros(shape).Keep();

    /// <inheritdoc/>
    public override long Bytes => Memory.Count * sizeof(float);

    /// <inheritdoc/>
    public override void Reset() => Memory.Assign(Tensor.Zeros(Memory.Shape, Memory.Device));
}

using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>
/// A layer that treats every position by itself: what stands where a Transformer layer has its feed-forward layer,
/// or in front of its attention.
/// </summary>
public abstract class PositionwiseModule : Module
{
    /// <summary>The name of the parameters within a Transformer layer.</summary>
    public abstract string SlotName { get; }

    /// <summary>Whether the layer's dropout applies to the output; otherwise the module drops by rates of its own.</summary>
    public virtual bool HasResidualDropout => true;

    /// <summary>The layer's output, without residual connection.</summary>
    /// <param name="x">[..., dim]</param>
    /// <param name="context">Dropout, and who observes.</param>
    public abstract Tensor Forward(Tensor x, ForwardContext context);
}

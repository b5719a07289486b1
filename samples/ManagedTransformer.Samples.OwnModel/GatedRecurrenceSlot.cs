using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Modules.Slots;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Samples.OwnModel;

/// <summary>Puts a <see cref="GatedRecurrence"/> into every layer of a model. It has no heads.</summary>
public sealed record GatedRecurrenceSlot : IAttentionSlot
{
    /// <inheritdoc/>
    /// <exception cref="InputException">The model has several heads.</exception>
    public void Validate(ModelSizes model, string where)
    {
        if (model.Heads != 1)
        {
            throw new InputException($"{where}.heads is {model.Heads}; a gated recurrence has one.");
        }
    }

    /// <inheritdoc/>
    public SelfAttention Create(TransformerLayerOptions layer, Module? shared, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(layer);
        return new GatedRecurrence(layer.Dim, random);
    }
}

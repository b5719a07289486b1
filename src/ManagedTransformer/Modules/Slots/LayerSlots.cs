namespace ManagedTransformer.Modules.Slots;

/// <summary>The mechanisms of one layer.</summary>
/// <param name="Attention">Self-attention.</param>
/// <param name="Cross">Attention to a memory; null for a layer without.</param>
/// <param name="Positionwise">The feed-forward layer or what stands in its place; null for a layer of attention alone.</param>
/// <param name="After">A module behind the layer; null for none.</param>
internal readonly record struct LayerSlots(
    IAttentionSlot Attention, ICrossAttentionSlot? Cross, IPositionwiseSlot? Positionwise, IPositionwiseSlot? After = null);

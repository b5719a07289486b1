using ManagedTransformer.Modules.Attention;

namespace ManagedTransformer.Modules.Layers;

/// <summary>What stands in the slots of a <see cref="TransformerLayer"/>.</summary>
public sealed record LayerParts
{
    /// <summary>Self-attention.</summary>
    public required SelfAttention Attention { get; init; }

    /// <summary>Attention to a memory; null for a layer without.</summary>
    internal CrossAttention? Cross { get; init; }

    /// <summary>The feed-forward slot; null for a layer of attention alone.</summary>
    public PositionwiseModule? Positionwise { get; init; }

    /// <summary>A module that the attention's input passes first; null for none.</summary>
    public PositionwiseModule? Before { get; init; }

    /// <summary>A module behind the layer, x + after(x); null for none.</summary>
    public PositionwiseModule? After { get; init; }

    /// <summary>Names of the parameters of decoder layers.</summary>
    internal CrossAttentionNames CrossNames { get; init; } = CrossAttentionNames.Numbered;
}

namespace ManagedTransformer.Architectures.ProductKeyMemory;

/// <summary>What a product-key memory read (Lample et al., "Large Memory Layers with Product Keys", 2019, section 4.2).</summary>
internal sealed record MemoryDetails
{
    /// <summary>Where it stands: <c>"i"</c> in place of the feed-forward layer of layer i, <c>"i+"</c> behind layer i.</summary>
    public required string Position { get; init; }

    /// <summary>Number of slots S.</summary>
    public required long Slots { get; init; }

    /// <summary>Share of slots that were read with a weight other than 0, 0 .. 1.</summary>
    public required double Usage { get; init; }

    /// <summary>
    /// Divergence of the read weights from the uniform distribution, ln S + sum over slots of z ln z, in nats: 0 for uniform reads,
    /// ln S for a single slot.
    /// </summary>
    public required double Kl { get; init; }

    /// <summary>The usage by each head alone, 0 .. 1.</summary>
    public IReadOnlyList<double> HeadUsage { get; set; } = [];

    /// <summary>
    /// For each head the share of its first and of its second half-keys that some read slot has: a dead half-key makes n slots unreachable.
    /// Empty for flat keys.
    /// </summary>
    public IReadOnlyList<IReadOnlyList<double>> SubKeyUsage { get; set; } = [];
}

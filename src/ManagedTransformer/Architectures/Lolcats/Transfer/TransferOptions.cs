namespace ManagedTransformer.Architectures.Lolcats.Transfer;

/// <summary>What attention transfer minimises.</summary>
internal sealed record TransferOptions
{
    /// <summary>Factor on the mean squared error.</summary>
    public float MseFactor { get; init; } = 1000;

    /// <summary>Factor on the cross-entropy of the attention weights, which takes quadratic time and memory; 0 for none.</summary>
    public float XentFactor { get; init; }

    /// <summary>Whether that cross-entropy is computed even where its factor is 0.</summary>
    public bool MeasuresXent { get; init; }
}

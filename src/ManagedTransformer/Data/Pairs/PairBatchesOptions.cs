namespace ManagedTransformer.Data.Pairs;

/// <summary>Sizes and order of the batches of sentence pairs.</summary>
internal sealed record PairBatchesOptions
{
    /// <summary>The most tokens of a batch, on the longer side and with padding: rows * longest sentence; 0 for no limit.</summary>
    public int MaxTokens { get; init; } = 4096;

    /// <summary>The most pairs of a batch; 0 for no limit.</summary>
    public int MaxSentences { get; init; }

    /// <summary>The number of pairs of a batch is a multiple of this, unless it is smaller.</summary>
    public int Multiple { get; init; } = 8;

    /// <summary>Selects which pairs of equal lengths stand together, and the order of the batches in every epoch.</summary>
    public ulong Seed { get; init; } = 1;
}

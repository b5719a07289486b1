namespace ManagedTransformer.Data.Pairs;

/// <summary>Selection of the pairs that a parallel corpus keeps.</summary>
internal sealed record ParallelCorpusOptions
{
    /// <summary>True to refuse a pair with an empty side instead of leaving it out.</summary>
    public bool RefuseEmptyLines { get; init; }

    /// <summary>True to keep a pair with an empty side, as scores over all lines need it.</summary>
    public bool KeepEmptyLines { get; init; }

    /// <summary>Pairs with more words than this on a side are left out; 0: none are.</summary>
    public int MaxWords { get; init; }

    /// <summary>Pairs of which one side has more than this many times the words of the other are left out; 0: none are.</summary>
    public double MaxRatio { get; init; }

    /// <summary>Checks every value.</summary>
    /// <exception cref="InputException">A value out of its range.</exception>
    public void Validate()
    {
        if (RefuseEmptyLines && KeepEmptyLines)
        {
            throw new InputException("Pairs with an empty side cannot be both refused and kept.");
        }

        if (MaxWords < 0)
        {
            throw new InputException($"The most words of a sentence ({MaxWords}) must be 0 (no limit) or positive.");
        }

        if (!(MaxRatio == 0 || MaxRatio >= 1))
        {
            throw new InputException(
                FormattableString.Invariant($"The largest ratio of lengths ({MaxRatio}) must be 0 (no limit) or at least 1."));
        }
    }
}

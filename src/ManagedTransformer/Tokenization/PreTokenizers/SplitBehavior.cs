namespace ManagedTransformer.Tokenization.PreTokenizers;

/// <summary>What becomes of the matches by which a text is split.</summary>
internal enum SplitBehavior
{
    /// <summary>They are dropped.</summary>
    Removed,

    /// <summary>Each is a piece.</summary>
    Isolated,

    /// <summary>Each joins what stands before it, unless that is a match too.</summary>
    MergedWithPrevious,

    /// <summary>Each joins what follows it, unless that is a match too.</summary>
    MergedWithNext,

    /// <summary>Matches next to each other are one piece.</summary>
    Contiguous,
}

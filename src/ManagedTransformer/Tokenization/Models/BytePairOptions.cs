namespace ManagedTransformer.Tokenization.Models;

/// <summary>Options of a byte pair encoding.</summary>
internal sealed record BytePairOptions
{
    /// <summary>The token of unknown characters; null: they vanish.</summary>
    public byte[]? Unknown { get; init; }

    /// <summary>What characters behind the first begin with; empty: nothing.</summary>
    public byte[] Prefix { get; init; } = [];

    /// <summary>What the last character ends with; empty: nothing.</summary>
    public byte[] Suffix { get; init; } = [];

    /// <summary>Whether unknown characters next to each other are one token.</summary>
    public bool FusesUnknown { get; init; }

    /// <summary>Whether unknown characters are written in bytes where the vocabulary has them.</summary>
    public bool HasByteFallback { get; init; }

    /// <summary>Whether a piece that is a token is that token, whatever merges say.</summary>
    public bool IgnoresMerges { get; init; }
}

using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Generation;

/// <summary>The tokens that mean something to a beam search.</summary>
internal sealed record SearchTokens
{
    /// <summary>Those of translations, which end with eos and never without it.</summary>
    public static SearchTokens Translation { get; } = new();

    /// <summary>What every hypothesis reads first.</summary>
    public int Start { get; init; } = SpecialIds.Eos;

    /// <summary>The tokens that finish a hypothesis.</summary>
    public IReadOnlyList<int> Ends { get; init; } = [SpecialIds.Eos];

    /// <summary>Never chosen; null for none.</summary>
    public int? Padding { get; init; } = SpecialIds.Pad;

    /// <summary>What the penalty of unknown words is for; null for none.</summary>
    public int? Unknown { get; init; } = SpecialIds.Unknown;

    /// <summary>True where only an end may follow at the length limit; false where hypotheses are finished there as they are.</summary>
    public bool MustEnd { get; init; } = true;

    /// <summary>The tokens that every hypothesis begins with; they cost what the model gives them.</summary>
    public IReadOnlyList<int> Prefix { get; init; } = [];
}

using ManagedTransformer.Tokenization.AddedTokens;

namespace ManagedTransformer.Tokenization;

/// <summary>A token that stands for itself wherever its text occurs: it is found before the text is split and never merged.</summary>
/// <param name="Id">The id.</param>
/// <param name="Content">The text, for example <c>&lt;|endoftext|&gt;</c>; not empty.</param>
public sealed record SpecialToken(int Id, string Content)
{
    /// <summary>
    /// True when it is looked for only in what the other tokens leave over: in Hugging Face's files a token of the normalized text.
    /// </summary>
    public bool IsNormalized { get; init; }

    /// <summary>Those of a set, by id.</summary>
    internal static SpecialToken[] Of(AddedTokenSet added) =>
    [
        .. added.ById.Values.OrderBy(entry => entry.Id)
            .Select(entry => new SpecialToken(entry.Id, entry.Content) { IsNormalized = entry.IsNormalized }),
    ];
}

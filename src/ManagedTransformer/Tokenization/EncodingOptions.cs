namespace ManagedTransformer.Tokenization;

/// <summary>How a text is encoded.</summary>
public sealed record EncodingOptions
{
    /// <summary>Whether the tokenizer's special tokens are put around the text.</summary>
    public bool AddSpecialTokens { get; init; } = true;

    /// <summary>Whether the text is cut and filled up as the tokenizer's file says.</summary>
    public bool FitsLength { get; init; }
}

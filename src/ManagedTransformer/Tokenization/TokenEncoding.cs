namespace ManagedTransformer.Tokenization;

/// <summary>The tokens of a text or of a pair of texts.</summary>
/// <param name="Ids">Their ids.</param>
/// <param name="Tokens">Their texts as the vocabulary has them; what stands for unknown or added text has that text.</param>
/// <param name="TypeIds">What they belong to: mostly 0 for the first text and 1 for the second.</param>
/// <param name="AttentionMask">1 for tokens, 0 for padding.</param>
public sealed record TokenEncoding(
    IReadOnlyList<int> Ids, IReadOnlyList<string> Tokens, IReadOnlyList<int> TypeIds, IReadOnlyList<int> AttentionMask);

namespace ManagedTransformer.Cli.Commands;

/// <summary>What <c>mt tokenize</c> made of a line.</summary>
/// <param name="Ids">The ids; null where they were given.</param>
/// <param name="Tokens">Their texts.</param>
/// <param name="Decoded">The text of the ids.</param>
/// <param name="DecodedWithoutSpecial">The same without special tokens.</param>
/// <param name="Error">Why it could not be done; null where it could.</param>
internal sealed record TokenizedLine(
    IReadOnlyList<int>? Ids, IReadOnlyList<string>? Tokens, string Decoded, string DecodedWithoutSpecial, string? Error);

namespace ManagedTransformer.Tokenization.Models;

/// <summary>Two neighbouring tokens and the token that they join to, whose bytes are theirs one after the other.</summary>
internal readonly record struct BytePairMerge(int Left, int Right, int Result);

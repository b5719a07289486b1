namespace ManagedTransformer.Tokenization.PreTokenizers;

/// <summary>A part of a text that the model sees by itself.</summary>
/// <param name="Start">Where it begins, in bytes.</param>
/// <param name="End">Where it ends.</param>
/// <param name="IsFirst">Whether it begins where the original text begins.</param>
internal readonly record struct Piece(int Start, int End, bool IsFirst);

namespace ManagedTransformer.Generation;

/// <summary>A text as a vector.</summary>
/// <param name="Vector">The pooled states.</param>
/// <param name="Tokens">Tokens of the text.</param>
public readonly record struct TextEmbedding(float[] Vector, int Tokens);

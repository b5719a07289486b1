namespace ManagedTransformer.Generation;

/// <summary>A translated sentence.</summary>
/// <param name="Source">The sentence.</param><param name="Text">Its translation; empty for an empty sentence.</param>
/// <param name="Hypothesis">Tokens, score and exits of the translation; null for an empty sentence.</param>
public sealed record Translation(string Source, string Text, Hypothesis? Hypothesis);

namespace ManagedTransformer.Generation;

/// <summary>One of several translations of a sentence.</summary>
/// <param name="Text">The translation.</param>
/// <param name="Hypothesis">Its tokens, score and exits.</param>
public sealed record TranslationCandidate(string Text, Hypothesis Hypothesis);

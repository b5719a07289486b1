namespace ManagedTransformer.Generation;

/// <summary>A hypothesis with one more token.</summary>
/// <param name="Score">The sum of its log-probabilities.</param>
/// <param name="Parent">The hypothesis it extends, counted within the sentence.</param>
/// <param name="Token">The new token.</param>
internal readonly record struct BeamCandidate(double Score, int Parent, int Token);

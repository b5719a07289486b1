namespace ManagedTransformer.Generation;

/// <summary>A finished output of a search.</summary>
/// <param name="Tokens">The tokens, the final eos included.</param>
/// <param name="Score">The sum of the log-probabilities divided by the length penalty; what hypotheses are ranked by.</param>
/// <param name="TokenLogProbabilities">For each token what it added to the sum: its log-probability,
/// less the penalty where it is unknown.</param>
/// <param name="Exits">For each token the exit layer that chose it, counted from 1; empty for models of fixed depth.</param>
public sealed record Hypothesis(
    IReadOnlyList<int> Tokens, double Score, IReadOnlyList<float> TokenLogProbabilities, IReadOnlyList<int> Exits);

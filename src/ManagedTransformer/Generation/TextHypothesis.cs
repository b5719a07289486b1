namespace ManagedTransformer.Generation;

/// <summary>A continuation that a beam search found.</summary>
/// <param name="Text">The text behind the prompt.</param>
/// <param name="Tokens">Its tokens, without one that ended it.</param>
/// <param name="Score">The sum of the log-probabilities, that of the end included, divided by the number of tokens to the power of the
/// length penalty; what continuations are ranked by.</param>
/// <param name="LogProbabilities">For each token, and the end, what it added to the sum: its log-probability as the processors left
/// it.</param>
/// <param name="Finish">What ended it.</param>
public sealed record TextHypothesis(
    string Text, IReadOnlyList<int> Tokens, double Score, IReadOnlyList<float> LogProbabilities, FinishReason Finish);

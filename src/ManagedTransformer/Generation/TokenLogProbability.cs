namespace ManagedTransformer.Generation;

/// <summary>A token that could come next, and how likely the model takes it to be.</summary>
/// <param name="Token">Its id.</param>
/// <param name="LogProbability">The natural logarithm of its probability, at most 0.</param>
public readonly record struct TokenLogProbability(int Token, float LogProbability);

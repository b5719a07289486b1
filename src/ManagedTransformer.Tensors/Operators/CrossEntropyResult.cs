namespace ManagedTransformer.Tensors;

/// <summary>What cross-entropy returns.</summary>
/// <param name="Loss">The training loss: a scalar that backward starts from, label smoothing included.</param>
/// <param name="NegativeLogLikelihood">Sum of -ln p(target) in nats over the rows that count, without smoothing and without history: a scalar.</param>
/// <param name="Targets">How many rows count.</param>
public readonly record struct CrossEntropyResult(Tensor Loss, Tensor NegativeLogLikelihood, long Targets);

namespace ManagedTransformer.Training;

/// <summary>What one update did.</summary>
/// <param name="Loss">Mean loss over its batches, in nats per token, penalties left out.</param>
/// <param name="GradientNorm">Norm of the gradient before clipping.</param>
/// <param name="Rate">The scheduled learning rate.</param>
/// <param name="Tokens">Tokens that it learnt to predict.</param>
public readonly record struct TrainingUpdate(double Loss, double GradientNorm, double Rate, long Tokens);

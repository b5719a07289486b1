using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.UniversalTransformer;

/// <summary>What a Universal Transformer encoder computed.</summary>
/// <param name="Output">The states, [B, T, D].</param>
/// <param name="Updates">n: the steps that each position made, [B, T]; null without adaptive halting.</param>
/// <param name="Remainders">r: the weight of each position's last step, [B, T]; null without adaptive halting.</param>
/// <param name="PonderLoss">The weighted ponder time, mean(n + r) times the weight, to be added to the training loss;
/// null without adaptive halting.</param>
/// <param name="Steps">How often the layer was applied.</param>
public sealed record UniversalEncoderOutput(Tensor Output, Tensor? Updates, Tensor? Remainders, Tensor? PonderLoss, int Steps);

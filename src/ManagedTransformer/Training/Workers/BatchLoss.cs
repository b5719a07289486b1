using ManagedTransformer.Tensors;

namespace ManagedTransformer.Training.Workers;

/// <summary>The loss of one of an update's batches.</summary>
/// <param name="Sum">The summed loss, a scalar.</param>
/// <param name="Targets">What it is to be divided by.</param>
internal readonly record struct BatchLoss(Tensor Sum, long Targets);

using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Training;

/// <summary>The loss of a module of one's own on a batch.</summary>
/// <param name="batch">Which batch, from 0: the same one whenever a run is repeated or resumed.</param>
/// <param name="context">Dropout, and where its random numbers come from.</param>
/// <returns>The sum of the losses of the batch's examples, a single element, and how many these are.</returns>
public delegate (Tensor Sum, long Count) ModuleLoss(long batch, ForwardContext context);

using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Decoding;

/// <summary>What a model is trained on.</summary>
/// <param name="Total">A scalar to differentiate: the prediction's loss and the penalty.</param>
/// <param name="Prediction">Cross-entropy alone: what is reported.</param>
/// <param name="Penalty">What is added to it: the span penalty, or the exit classifier's loss; a scalar in nats per token,
/// null where there is none.</param>
public readonly record struct TrainingLoss(Tensor Total, CrossEntropyResult Prediction, Tensor? Penalty);

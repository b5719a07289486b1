using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Benchmarks;

namespace ManagedTransformer.Linearizing;

/// <summary>
/// A linearised model beside its original. Losses are means in nats per token of the validation text, null where there is none.
/// </summary>
/// <param name="Model">The linearised model with its low-rank updates merged.</param>
/// <param name="OriginalLoss">Loss of the original.</param>
/// <param name="TransferredLoss">Loss after attention transfer.</param>
/// <param name="Loss">Loss of the linearised model.</param>
/// <param name="Layers">How well each linearised layer copies its softmax; null without a validation text.</param>
/// <param name="TransferParameters">Numbers trained in the stage transfer.</param>
/// <param name="LoraParameters">Numbers trained in the stage lora.</param>
/// <param name="OriginalGeneration">Time and memory of a token of the original, per length.</param>
/// <param name="Generation">The same of the linearised model.</param>
public sealed record LinearizingResult(
    LanguageModel Model, double? OriginalLoss, double? TransferredLoss, double? Loss, IReadOnlyList<LayerError>? Layers,
    long TransferParameters, long LoraParameters, IReadOnlyList<GenerationMeasurement> OriginalGeneration,
    IReadOnlyList<GenerationMeasurement> Generation);

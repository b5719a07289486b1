using ManagedTransformer.Tensors;

namespace ManagedTransformer.Conversion;

/// <summary>A converted model.</summary>
/// <param name="Model">The model as it was written.</param>
/// <param name="NewTensors">Parameters and buffers that the source lacks, with initial values:
/// the model is to be finetuned if there are any.</param>
public sealed record ConversionResult(LanguageModel Model, IReadOnlyList<string> NewTensors)
{
    /// <summary>The integers that the source stores its matrices as, where what is written is their values; null where it does not.</summary>
    public DType? Rounded { get; init; }
}

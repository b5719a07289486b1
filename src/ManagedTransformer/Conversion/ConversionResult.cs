using ManagedTransformer.Tensors;

namespace ManagedTransformer.Conversion;

/// <summary>A converted model.</summary>
/// <param name="Model">The model as it was written.</param>
/// <param name="NewTensors">Parameters and buffers that the source lacks, with initial values:
/// the model is to be finetuned if there are any.</param>
public sealed record ConversionResult(LanguageModel Model, IReadOnlyList<string> NewTensors)
{
    /// <summary>The integers that the source's matrices are, where what is written is their values; null for none.</summary>
    public DType? Rounded { get; init; }
}

using System.Text.Json.Serialization;
using ManagedTransformer.Json;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Recipes;

/// <summary>
/// Precision of matrix products, and of attention where tensor cores compute it, while a model trains: mixed precision (Micikevicius et
/// al., 2018), but for scaled losses, which the range of these formats does not need. Weights, activations, sums, gradients and the
/// optimiser's state stay in float32.
/// </summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<TrainingPrecision>))]
public enum TrainingPrecision
{
    /// <summary>Operands in float32.</summary>
    Float32 = MatMulPrecision.Float32,

    /// <summary>Operands rounded to 11 significant bits.</summary>
    Tf32 = MatMulPrecision.Tf32,

    /// <summary>Operands rounded to 8 significant bits.</summary>
    Bfloat16 = MatMulPrecision.BFloat16,
}

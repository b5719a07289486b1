using System.Text.Json.Serialization;

namespace ManagedTransformer.Sweeps;

/// <summary>Serialisers of the summaries of sweeps.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    AllowDuplicateProperties = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    WriteIndented = true)]
[JsonSerializable(typeof(SweepSummary))]
internal sealed partial class SweepJson : JsonSerializerContext;

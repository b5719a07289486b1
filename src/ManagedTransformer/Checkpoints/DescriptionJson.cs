using System.Text.Json;
using System.Text.Json.Serialization;
using ManagedTransformer.Json;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Checkpoints;

/// <summary>Serialisers of the descriptions of models, which are written as recipes are.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    RespectNullableAnnotations = true,
    ReadCommentHandling = JsonCommentHandling.Skip,
    AllowTrailingCommas = true,
    WriteIndented = true,
    Converters =
    [
        typeof(SnakeCaseEnumConverter<Activation>), typeof(SnakeCaseEnumConverter<LabelSmoothing>),
        typeof(SnakeCaseEnumConverter<LinearDenominator>),
    ])]
[JsonSerializable(typeof(ModelDescription))]
[JsonSerializable(typeof(TranslationDescription))]
internal sealed partial class DescriptionJson : JsonSerializerContext;

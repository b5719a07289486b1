using System.Text.Json;
using System.Text.Json.Serialization;
using ManagedTransformer.Json;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Recipes;

/// <summary>Serialisers of recipes, generated at build time.</summary>
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
[JsonSerializable(typeof(LanguageModelRecipe))]
[JsonSerializable(typeof(TranslationRecipe))]
internal sealed partial class RecipeJson : JsonSerializerContext;

using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Json;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;
using ManagedTransformer.Training;

namespace ManagedTransformer.Recipes;

/// <summary>Serialisers of recipes, model descriptions and training states, generated at build time.</summary>
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
        typeof(SnakeCaseEnumConverter<Activation>), typeof(SnakeCaseEnumConverter<PositionKind>),
        typeof(SnakeCaseEnumConverter<InitializationScheme>), typeof(SnakeCaseEnumConverter<LabelSmoothing>),
        typeof(SnakeCaseEnumConverter<TokenizerKind>), typeof(SnakeCaseEnumConverter<Sampling>), typeof(SnakeCaseEnumConverter<BestBy>),
        typeof(SnakeCaseEnumConverter<OptimizerKind>), typeof(SnakeCaseEnumConverter<ScheduleKind>),
        typeof(SnakeCaseEnumConverter<AttentionKind>), typeof(SnakeCaseEnumConverter<FeatureMapKind>),
        typeof(SnakeCaseEnumConverter<FeatureActivation>), typeof(SnakeCaseEnumConverter<LinearGateKind>),
        typeof(SnakeCaseEnumConverter<TrainableParameters>), typeof(SnakeCaseEnumConverter<AdaptiveForm>),
        typeof(SnakeCaseEnumConverter<UnitMode>), typeof(SnakeCaseEnumConverter<LinearDenominator>),
        typeof(SnakeCaseEnumConverter<EmbeddingTie>), typeof(SnakeCaseEnumConverter<ExitClassifiers>),
        typeof(SnakeCaseEnumConverter<ExitOracleKind>), typeof(SnakeCaseEnumConverter<HaltingKind>),
    ])]
[JsonSerializable(typeof(LanguageModelRecipe))]
[JsonSerializable(typeof(TranslationRecipe))]
[JsonSerializable(typeof(ModelDescription))]
[JsonSerializable(typeof(TranslationDescription))]
[JsonSerializable(typeof(TrainingState))]
[JsonSerializable(typeof(JsonObject))]
[JsonSerializable(typeof(LinearAttentionConfig))]
internal sealed partial class RecipeJson : JsonSerializerContext;

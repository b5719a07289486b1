using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Recipes;

/// <summary>What the training of a language model is for.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<TrainingStage>))]
public enum TrainingStage
{
    /// <summary>To predict the next token.</summary>
    Language,

    /// <summary>
    /// Linearised layers learn to give what their softmax gives, each from the softmax model's own states; only their maps and windows are
    /// trained (Zhang et al., "LoLCATs", 2024, stage 1).
    /// </summary>
    Transfer,

    /// <summary>To predict the next token by adapters alone, which the model's <c>lora</c> describes (stage 2).</summary>
    Lora,
}

using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Recipes;

/// <summary>What decides which evaluation's model is kept as the best.</summary>
[JsonConverter(typeof(SnakeCaseEnumConverter<BestBy>))]
public enum BestBy
{
    /// <summary>The lowest validation loss.</summary>
    Loss,

    /// <summary>
    /// The highest BLEU of the validation sentences that <see cref="TranslationTrainingRecipe.EvaluateBleu"/> names: with few parameters it
    /// still rises when the loss no longer falls.
    /// </summary>
    Bleu,
}

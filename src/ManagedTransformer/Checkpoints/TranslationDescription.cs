using System.Text.Json.Serialization;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Checkpoints;

/// <summary>The <c>config.json</c> of a translation model's folder: what the weights mean, and what they were trained on.</summary>
public sealed record TranslationDescription
{
    /// <summary>Which kind of model.</summary>
    public required string Architecture { get; init; }

    /// <summary>The model's sizes.</summary>
    public required EncoderDecoderConfig Model { get; init; }

    /// <summary>Whether sentences are lower-cased before they are translated.</summary>
    public bool Lowercase { get; set; }

    /// <summary>The training data, so that an evaluation finds its validation part; null if unknown.</summary>
    public TranslationDataRecipe? Data { get; set; }

    /// <summary>Of an adapter saved alone: the model that it belongs to; null for a whole model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AdapterBase? Base { get; set; }
}

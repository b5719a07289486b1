using System.Text.Json.Serialization;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Checkpoints;

/// <summary>The <c>config.json</c> of a model folder: what the weights mean, and what they were trained on.</summary>
public sealed record ModelDescription
{
    /// <summary>Which kind of model.</summary>
    public required string Architecture { get; init; }

    /// <summary>The model's sizes.</summary>
    public required LanguageModelConfig Model { get; init; }

    /// <summary>Tokens per row in training: the block length of evaluations.</summary>
    public int Context { get; set; }

    /// <summary>Tokens of context before each scored block of an evaluation.</summary>
    public int EvaluateContextWindow { get; set; }

    /// <summary>The tokens that end a text, before any of which generation stops; null for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int[]? EndOfText { get; set; }

    /// <summary>The training text, so that an evaluation finds its validation part; null if unknown.</summary>
    public DataRecipe? Data { get; set; }

    /// <summary>Of an adapter saved alone: the model that it belongs to; null for a whole model.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public AdapterBase? Base { get; set; }
}

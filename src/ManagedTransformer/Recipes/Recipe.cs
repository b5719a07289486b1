using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Data;

namespace ManagedTransformer.Recipes;

/// <summary>Everything that decides a training run but the random seed: a JSON file with snake_case keys, none of which may be unknown.</summary>
public sealed record Recipe
{
    /// <summary>The only architecture so far.</summary>
    public const string TransformerLanguageModel = "transformer_lm";

    /// <summary>Which kind of model.</summary>
    public required string Architecture { get; init; }

    /// <summary>For readers; not used.</summary>
    public string? Description { get; set; }

    /// <summary>The model.</summary>
    public required LanguageModelConfig Model { get; init; }

    /// <summary>How text becomes tokens.</summary>
    public TokenizerRecipe Tokenizer { get; set; } = new();

    /// <summary>What to train on.</summary>
    public DataRecipe Data { get; set; } = new();

    /// <summary>How to train.</summary>
    public TrainingRecipe Training { get; set; } = new();

    /// <summary>Reads and checks a recipe.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file is missing, not JSON, or has an unknown key, a wrong type or a value out of its range.</exception>
    public static Recipe Load(string path)
    {
        Recipe recipe = JsonDocuments.Read(path, InputFile.ReadAllBytes(path), RecipeJson.Default.Recipe);
        recipe.Validate(path);
        return recipe;
    }

    /// <summary>Checks every value; the vocabulary may still be open.</summary>
    /// <param name="where">Named in errors.</param>
    /// <exception cref="InputException">A value out of its range.</exception>
    public void Validate(string where)
    {
        if (Architecture != TransformerLanguageModel)
        {
            throw new InputException($"{where}: architecture is '{Architecture}', the known one is '{TransformerLanguageModel}'.");
        }

        if (Model.Vocab < 0)
        {
            throw new InputException($"{where}: model.vocab is {Model.Vocab}, it must be positive (or left out, for the tokenizer to decide).");
        }

        // Where the tokenizer decides the vocabulary, the smallest one that everything fits into stands in.
        int least = Math.Max((Model.PaddingIdx ?? 0) + 1, (Model.Adaptive is { Cutoffs: [.., var last] } ? last : 0) + 1);
        (Model.Vocab == 0 ? Model with { Vocab = least } : Model).Validate(where);
        Tokenizer.Validate(where);
        Training.Validate(where);
        if (Training.Context > Model.PositionLimit)
        {
            throw new InputException($"{where}: training.context ({Training.Context}) is longer than model.max_positions ({Model.MaxPositions}).");
        }

        if (Model.HasSpans && Training.Sampling != Sampling.Stream)
        {
            throw new InputException($"{where}: span attention needs training.sampling to be stream, since it looks back at the blocks before.");
        }
    }
}

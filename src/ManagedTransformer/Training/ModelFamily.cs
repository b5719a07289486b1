using ManagedTransformer.Json;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Training;

/// <summary>
/// A family of models: how a run is built from one of its recipes, and what there is to tell of a model that is not loaded. The recipes of
/// all families are listed in <see cref="RecipeKind"/>, their models in <see cref="TrainedModel"/>.
/// </summary>
internal abstract class ModelFamily
{
    /// <summary>Every family there is.</summary>
    public static IReadOnlyList<ModelFamily> All { get; } = [new LanguageModelFamily(), new TranslationFamily()];

    /// <summary>What recipes and model folders call it.</summary>
    public abstract string Architecture { get; }

    /// <summary>The family of a recipe.</summary>
    /// <param name="recipe">The recipe.</param>
    /// <exception cref="ArgumentException">There is none.</exception>
    public static ModelFamily Of(Recipe recipe) => All.FirstOrDefault(family => family.Has(recipe))
        ?? throw new ArgumentException($"Recipes of the kind {recipe.GetType().Name} cannot be trained.", nameof(recipe));

    /// <summary>The family of a checkpoint; the first one where that cannot be told, whose reading explains what is wrong.</summary>
    /// <param name="folder">The folder.</param>
    public static ModelFamily Of(string folder)
    {
        string? architecture = TrainedModel.Architecture(folder);
        return All.FirstOrDefault(family => family.Architecture == architecture) ?? All[0];
    }

    /// <summary>Refuses options that mean nothing for the family.</summary>
    /// <param name="options">The options.</param>
    /// <exception cref="InputException">One means nothing.</exception>
    public virtual void RequireFit(TrainingOptions options)
    {
    }

    /// <summary>Refuses changes of the model or the tokenizer beside a model to start from, which brings its own.</summary>
    /// <param name="options">The options.</param>
    /// <param name="changes">Changes of the recipe, <c>KEY=VALUE</c> each.</param>
    /// <exception cref="InputException">One would count for nothing.</exception>
    public void RequireEffect(TrainingOptions options, IEnumerable<string> changes)
    {
        if (options.Init is null)
        {
            return;
        }

        foreach (string key in changes.Select(text => RecipeChange.Parse(text, TrainingOptions.SetOption).Key))
        {
            string[] parts = JsonKeys.Split(key);
            if (parts[0] == "tokenizer" || (parts[0] == "model" && (parts.Length == 1 || !KeysBesideStart.Contains(parts[1]))))
            {
                throw new InputException(
                    $"{TrainingOptions.SetOption} gives '{key}', which counts for nothing beside TrainingOptions.Init: model and tokenizer "
                    + $"are those of '{options.Init}', but for model.{string.Join(" and model.", KeysBesideStart)}.")
                {
                    Option = TrainingOptions.SetOption,
                };
            }
        }
    }

    /// <summary>The recipe with the data and the number of updates that the options name instead of its own.</summary>
    /// <param name="recipe">A checked recipe of the family.</param>
    /// <param name="options">The options.</param>
    public abstract Recipe WithOptions(Recipe recipe, TrainingOptions options);

    /// <summary>Refuses what cannot be trained here, as far as that is known before its text is read.</summary>
    /// <param name="recipe">A checked recipe of the family, whose model is trained from random weights.</param>
    /// <param name="options">The options.</param>
    /// <exception cref="InputException">Model or batches take more memory than the machine has, or the model has nothing that is to be
    /// trained.</exception>
    public abstract void RequireTrainable(Recipe recipe, TrainingOptions options);

    /// <summary>Loads the data and builds the model.</summary>
    /// <param name="recipe">A checked recipe of the family.</param>
    /// <param name="options">Data, seed and so on.</param>
    /// <param name="checkpoint">The checkpoint that the run will be resumed from; null: a fresh run.</param>
    /// <exception cref="InputException">Recipe, options or data cannot be used.</exception>
    public abstract TrainingTask CreateTask(Recipe recipe, TrainingOptions options, string? checkpoint);

    /// <summary>What there is to tell of a recipe's model.</summary>
    /// <param name="recipe">A checked recipe of the family.</param>
    /// <param name="name">What it is called, for errors.</param>
    /// <param name="data">Text that decides its vocabulary; null: the recipe's own.</param>
    /// <exception cref="InputException">The vocabulary depends on a text that is not named or cannot be read.</exception>
    public abstract FamilySummary Summarize(Recipe recipe, string name, string? data);

    /// <summary>What there is to tell of a checkpoint's model without loading its weights.</summary>
    /// <param name="folder">The folder.</param>
    /// <param name="adapter">An adapter beside the model's maps; null for none.</param>
    /// <exception cref="InputException">Its description is missing or malformed, or the adapter does not fit it.</exception>
    public abstract FamilySummary Summarize(string folder, string? adapter = null);

    /// <summary>Keys of a recipe's model that count beside a model to start from.</summary>
    protected abstract IReadOnlyList<string> KeysBesideStart { get; }

    /// <summary>Whether a recipe is of the family.</summary>
    /// <param name="recipe">The recipe.</param>
    protected abstract bool Has(Recipe recipe);
}

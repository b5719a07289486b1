using ManagedTransformer.Recipes;

namespace ManagedTransformer.Training;

/// <summary>Where a run with early stopping stands.</summary>
/// <param name="Recipe">When it ends.</param>
/// <param name="Score">The score of the last evaluation that was better by enough, the lower the better; null before the first.</param>
/// <param name="Stale">Evaluations since then.</param>
internal sealed record EarlyStop(EarlyStoppingRecipe Recipe, double? Score = null, int Stale = 0)
{
    /// <summary>Whether the run ends.</summary>
    public bool IsReached => Stale >= Recipe.Patience;

    /// <summary>The beginning of a run; null where its recipe does not ask for it.</summary>
    /// <param name="task">The run.</param>
    /// <param name="where">What to call the recipe in errors.</param>
    /// <exception cref="InputException">There is nothing to evaluate on.</exception>
    public static EarlyStop? For(TrainingTask task, string where) =>
        task.Recipe.EarlyStopping is not { } recipe ? null
        : task.HasValidation ? new EarlyStop(recipe)
        : throw new InputException($"{where}: training.early_stopping needs a validation part, and the data has none.");

    /// <summary>After an evaluation.</summary>
    /// <param name="score">What it scored.</param>
    public EarlyStop After(double score) => Score is null || score < Score - Recipe.MinDelta
        ? this with { Score = score, Stale = 0 }
        : this with { Stale = Stale + 1 };
}

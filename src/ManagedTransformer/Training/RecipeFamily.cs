using ManagedTransformer.Recipes;

namespace ManagedTransformer.Training;

/// <summary>A family of models with recipes of a type of their own.</summary>
/// <typeparam name="TRecipe">That type.</typeparam>
internal abstract class RecipeFamily<TRecipe> : ModelFamily
    where TRecipe : Recipe
{
    /// <inheritdoc/>
    public sealed override Recipe WithOptions(Recipe recipe, TrainingOptions options) => WithOptions((TRecipe)recipe, options);

    /// <inheritdoc/>
    public sealed override void RequireTrainable(Recipe recipe, TrainingOptions options) => RequireTrainable((TRecipe)recipe, options);

    /// <inheritdoc/>
    public sealed override TrainingTask CreateTask(Recipe recipe, TrainingOptions options, string? checkpoint) =>
        CreateTask((TRecipe)recipe, options, checkpoint);

    /// <inheritdoc/>
    public sealed override FamilySummary Summarize(Recipe recipe, string name, string? data) => Summarize((TRecipe)recipe, name, data);

    /// <inheritdoc cref="ModelFamily.WithOptions"/>
    protected abstract TRecipe WithOptions(TRecipe recipe, TrainingOptions options);

    /// <inheritdoc cref="ModelFamily.RequireTrainable"/>
    protected abstract void RequireTrainable(TRecipe recipe, TrainingOptions options);

    /// <inheritdoc cref="ModelFamily.CreateTask"/>
    protected abstract TrainingTask CreateTask(TRecipe recipe, TrainingOptions options, string? checkpoint);

    /// <inheritdoc cref="ModelFamily.Summarize(Recipe, string, string)"/>
    protected abstract FamilySummary Summarize(TRecipe recipe, string name, string? data);

    /// <inheritdoc/>
    protected sealed override bool Has(Recipe recipe) => recipe is TRecipe;
}

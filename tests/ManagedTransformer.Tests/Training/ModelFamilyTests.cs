using ManagedTransformer.Recipes;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Tests.Training;

/// <summary>The places that list the families of models.</summary>
public sealed class ModelFamilyTests
{
    [Fact]
    public void RecipesModelsAndRunsKnowTheSameFamilies()
    {
        string[] families = [.. ModelFamily.All.Select(family => family.Architecture)];
        Assert.Equal(families, RecipeKind.All.Select(kind => kind.Architecture));
        Assert.Equal(families, TrainedModel.Architectures);
    }

    [Fact]
    public void EveryBuiltinRecipeIsOfTheFamilyThatItNames() => Assert.All(Recipe.BuiltinNames.Select(Recipe.Builtin),
        recipe => Assert.Equal(recipe.Architecture, ModelFamily.Of(recipe).Architecture));
}

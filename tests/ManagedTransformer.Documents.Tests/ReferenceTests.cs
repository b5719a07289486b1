using ManagedTransformer.Documents.Tests.References;
using Xunit;

namespace ManagedTransformer.Documents.Tests;

/// <summary>Pages that the code writes are those of the repository, byte by byte.</summary>
public sealed class ReferenceTests
{
    /// <summary>Set to 1, the tests write the pages instead of comparing them.</summary>
    private const string WriteVariable = "MT_WRITE_DOCS";

    [Fact]
    public void CommandsAreThoseOfTheTool() => Compare("docs/reference/commands.md", CommandReference.Write());

    [Fact]
    public void RecipesAreThoseOfTheLibrary() => Compare("docs/reference/recipes.md", RecipeReference.Write());

    [Fact]
    public void TheSchemaOfRecipesIsThatOfTheLibrary() => Compare("models/recipe.schema.json", RecipeSchema.Write());

    private static void Compare(string page, string text)
    {
        text = text.ReplaceLineEndings("\n");
        string path = Path.Combine(Repository.Root, page);
        if (Environment.GetEnvironmentVariable(WriteVariable) == "1")
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.WriteAllText(path, text);
        }

        Assert.True(
            File.Exists(path) && File.ReadAllText(path) == text,
            $"{page} lags behind the code. {WriteVariable}=1 in the environment of this test writes it anew.");
    }
}

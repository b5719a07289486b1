using System.Text.Json;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Documents.Tests.Pages;

/// <summary>JSON of pages.</summary>
internal static class Snippets
{
    private const string RecipeKey = "\"architecture\"";

    /// <summary>Reads a block; one that is a recipe is read as one.</summary>
    /// <param name="block">The block.</param>
    /// <exception cref="InvalidDataException">It is no JSON, or a recipe that the library refuses.</exception>
    public static void RequireWhole(CodeBlock block)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(block.Text);
            if (block.Text.Contains(RecipeKey, StringComparison.Ordinal))
            {
                string file = Path.GetTempFileName();
                File.WriteAllText(file, block.Text);
                Recipe.Load(file);
                File.Delete(file);
            }
        }
        catch (Exception e) when (e is JsonException or InputException)
        {
            throw new InvalidDataException($"{block.Place}: {e.Message}", e);
        }
    }
}

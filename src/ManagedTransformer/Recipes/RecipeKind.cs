using System.Text.Json.Serialization.Metadata;
using ManagedTransformer.Json;

namespace ManagedTransformer.Recipes;

/// <summary>A kind of recipe.</summary>
/// <param name="Architecture">What its JSON says that it is of.</param>
/// <param name="Read">Reads the JSON; the first argument is named in errors.</param>
internal sealed record RecipeKind(string Architecture, Func<string, byte[], Recipe> Read)
{
    /// <summary>Every kind there is.</summary>
    public static IReadOnlyList<RecipeKind> All { get; } =
    [
        Of(Recipe.TransformerLanguageModel, RecipeJson.Default.LanguageModelRecipe),
        Of(Recipe.TransformerTranslation, RecipeJson.Default.TranslationRecipe),
    ];

    /// <summary>The kind of that architecture; the first one where there is none, whose reading explains what is wrong.</summary>
    /// <param name="architecture">What the JSON says; null for nothing.</param>
    public static RecipeKind Of(string? architecture) => All.FirstOrDefault(kind => kind.Architecture == architecture) ?? All[0];

    private static RecipeKind Of<T>(string architecture, JsonTypeInfo<T> type)
        where T : Recipe => new(architecture, (where, utf8) => JsonDocuments.Read(where, utf8, type));
}

using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ManagedTransformer.Json;

namespace ManagedTransformer.Recipes;

/// <summary>A kind of recipe.</summary>
/// <param name="Architecture">What its JSON says that it is of.</param>
/// <param name="Type">Its keys.</param>
/// <param name="Read">Reads the JSON; the first argument is named in errors, the last says whether lines of the JSON are.</param>
internal sealed record RecipeKind(string Architecture, JsonTypeInfo Type, Func<string, byte[], bool, Recipe> Read)
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

    /// <summary>The JSON of a recipe, with every default, and without the path of its schema, which is right in its own folder.</summary>
    /// <param name="recipe">A recipe of this kind.</param>
    public byte[] Write(Recipe recipe) => [.. JsonSerializer.SerializeToUtf8Bytes(recipe with { Schema = null }, Type), (byte)'\n'];

    /// <summary>The paths of all keys, but for those within lists.</summary>
    public IEnumerable<string> Paths() => Paths(Type, "");

    private static IEnumerable<string> Paths(JsonTypeInfo type, string prefix) =>
        JsonKeys.Of(type).SelectMany(property => (IEnumerable<string>)
        [
            prefix + property.Name, .. Paths(JsonKeys.TypeOf(property), $"{prefix}{property.Name}."),
        ]);

    private static RecipeKind Of<T>(string architecture, JsonTypeInfo<T> type)
        where T : Recipe => new(architecture, type, (where, utf8, hasLines) => JsonDocuments.Read(where, utf8, type, hasLines));
}

using System.Text;
using System.Text.Json.Serialization;
using ManagedTransformer.Files;
using ManagedTransformer.Json;

namespace ManagedTransformer.Recipes;

/// <summary>
/// Everything that decides a training run but the random seed: a JSON file with snake_case keys, none of which may be unknown.
/// </summary>
public abstract record Recipe
{
    /// <summary>The architecture of language models (<see cref="LanguageModelRecipe"/>).</summary>
    public const string TransformerLanguageModel = "transformer_lm";

    /// <summary>The architecture of translation models (<see cref="TranslationRecipe"/>).</summary>
    public const string TransformerTranslation = "transformer_seq2seq";

    /// <summary>Where the schema of recipes lies, for editors; not used.</summary>
    [JsonPropertyName("$schema")]
    [JsonPropertyOrder(-3)]
    public string? Schema { get; set; }

    /// <summary>Which kind of model.</summary>
    [JsonPropertyOrder(-2)]
    public required string Architecture { get; init; }

    /// <summary>For readers; not used.</summary>
    [JsonPropertyOrder(-1)]
    public string? Description { get; set; }

    /// <summary>Reads and checks a recipe of any kind.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">The file is missing, not JSON, or has an unknown key,
    /// a wrong type or a value out of its range.</exception>
    public static Recipe Load(string path) => Read(path, Utf8File.Read(path));

    /// <summary>The names of the recipes that come with the library, in alphabetical order; <c>stories</c> is one to begin with.</summary>
    public static IReadOnlyList<string> BuiltinNames => BuiltinRecipes.Names;

    /// <summary>A recipe that comes with the library.</summary>
    /// <param name="name">One of <see cref="BuiltinNames"/>.</param>
    /// <returns>A <see cref="LanguageModelRecipe"/> or a <see cref="TranslationRecipe"/>.</returns>
    /// <exception cref="InputException">There is no recipe of that name.</exception>
    public static Recipe Builtin(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Read(name, BuiltinRecipes.Read(name));
    }

    /// <summary>The JSON of a recipe that comes with the library, to make one's own from.</summary>
    /// <param name="name">One of <see cref="BuiltinNames"/>.</param>
    /// <exception cref="InputException">There is no recipe of that name.</exception>
    public static string BuiltinText(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Encoding.UTF8.GetString(BuiltinRecipes.Read(name));
    }

    /// <summary>The JSON schema of recipes, draft 2020-12: what editors complete and check them by.</summary>
    public static string SchemaText => Encoding.UTF8.GetString(BuiltinRecipes.ReadSchema());

    /// <summary>Reads and checks the recipe of a language model.</summary>
    /// <param name="path">The file.</param>
    /// <exception cref="InputException">As for <see cref="Load"/>, or a recipe of another kind of model.</exception>
    public static LanguageModelRecipe LoadLanguageModel(string path) => Load(path) as LanguageModelRecipe
        ?? throw new InputException($"{path}: this needs the recipe of a language model ('{TransformerLanguageModel}').");

    /// <summary>The recipe with other values of some keys.</summary>
    /// <param name="changes">
    /// <c>KEY=VALUE</c> each: a path such as <c>training.schedule.lr</c> or <c>training.optimizer.betas[1]</c>, and JSON; what is no JSON
    /// is a text. A later change stands on an earlier one.
    /// </param>
    /// <exception cref="InputException">An unknown key, a wrong type or a value out of its range.</exception>
    public Recipe With(params IReadOnlyList<string> changes)
    {
        ArgumentNullException.ThrowIfNull(changes);
        return RecipeChanges.Apply(this, changes, "The recipe", "Recipe.With");
    }

    /// <summary>Checks every value; vocabularies may still be open.</summary>
    /// <param name="where">Named in errors.</param>
    /// <exception cref="InputException">A value out of its range.</exception>
    public abstract void Validate(string where);

    private static Recipe Read(string where, byte[] utf8)
    {
        Recipe recipe = RecipeKind.Of(JsonDocuments.Architecture(utf8)).Read(where, utf8, true);
        JsonDocuments.Check(where, utf8, recipe.Validate);
        return recipe;
    }

    private protected void RequireArchitecture(string expected, string where)
    {
        if (Architecture != expected)
        {
            throw new InputException(
                $"{where}: architecture is '{Architecture}', the known ones are "
                + $"{string.Join(" and ", RecipeKind.All.Select(kind => $"'{kind.Architecture}'"))}.");
        }
    }
}

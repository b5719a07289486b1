using System.Collections;
using System.Globalization;
using System.Reflection;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using ManagedTransformer.Inspection;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Documents.Tests.References;

/// <summary>The page of recipes: every key that their JSON may have, from the types that read it, and the recipes of the library.</summary>
internal sealed class RecipeReference : IDisposable
{
    private const string Whole = "integer", Real = "number";

    private readonly StringBuilder _page = new();
    private readonly XmlComments _comments = new(typeof(Recipe), typeof(Tensor));
    private readonly RangeProbe _ranges = new();
    private readonly List<(Type Type, string Architecture, string[] Path)> _objects =
    [
        (typeof(LanguageModelRecipe), Recipe.TransformerLanguageModel, []),
        (typeof(TranslationRecipe), Recipe.TransformerTranslation, []),
    ];

    private readonly List<Type> _enums = [];

    /// <summary>The page.</summary>
    public static string Write()
    {
        using RecipeReference reference = new();
        reference.WriteAll();
        return reference._page.ToString();
    }

    public void Dispose() => _ranges.Dispose();

    private void WriteAll()
    {
        _page.Append("""
            # Recipes

            A recipe is a JSON file that decides everything about a training run but its random seed. This page is written by the types that read recipes.
            An unknown key, a wrong type or a value out of its range is refused by its name, with what is possible. Comments and trailing commas are allowed.
            The column range has the words with which the library refuses a number that is too small; empty where it says nothing. The default is allowed in any case.
            `mt recipes NAME` prints a recipe of the list at the end, to make your own from; `mt info RECIPE` shows a recipe with all defaults and its exact number of parameters.

            Every recipe has the key `architecture`: `transformer_lm`, a [language model](#language-model), or `transformer_seq2seq`, a [translation model](#translation-model).


            """);
        for (int i = 0; i < _objects.Count; i++)
        {
            WriteObject(_objects[i].Type, _objects[i].Architecture, _objects[i].Path);
        }

        _page.Append("\n## Values\n\nNames that keys of a fixed choice take.\n");
        foreach (Type type in _enums)
        {
            WriteValues(type);
        }

        WriteShipped();
    }

    private static string Title(Type type) =>
        type == typeof(LanguageModelRecipe) ? "Language model"
        : type == typeof(TranslationRecipe) ? "Translation model"
        : type.Name;

    private static string Link(Type type) =>
        $"[{Title(type)}](#{Title(type).ToLowerInvariant().Replace(' ', '-')})";

    private void WriteObject(Type type, string architecture, string[] path)
    {
        _page.Append($"\n## {Title(type)}\n\n{_comments.Of(type)}\n\n| key | type | default | range | meaning |\n|---|---|---|---|---|\n");
        object? defaults = type.GetConstructor(Type.EmptyTypes) is null ? null : Activator.CreateInstance(type);
        foreach (JsonPropertyInfo property in RecipeJson.Default.Options.GetTypeInfo(type).Properties)
        {
            // What has the attribute JsonIgnore can be neither read nor written.
            if (property.Get is null || property.AttributeProvider is not PropertyInfo member)
            {
                continue;
            }

            string value = property.IsRequired ? "required"
                : defaults is null ? ""
                : property.Get(defaults) is not { } standard ? "absent"
                : Json(standard, property.PropertyType) is { Length: > 0 } text ? $"`{text}`"
                : "its defaults";
            string meaning = _comments.Of('P', member.DeclaringType!, member.Name);
            string name = TypeName(property.PropertyType, architecture, [.. path, property.Name]);
            string range = name is Whole or Real ? _ranges.Of(architecture, path, property.Name, name == Whole) : "";
            _page.Append($"| `{property.Name}` | {name} | {value} | {range} | {Cell(meaning)} |\n");
        }
    }

    private void WriteValues(Type type)
    {
        _page.Append($"\n### {type.Name}\n\n{_comments.Of(type)}\n\n| value | meaning |\n|---|---|\n");
        foreach (object value in Enum.GetValues(type))
        {
            _page.Append($"| `{Json(value, type).Trim('"')}` | {Cell(_comments.Of('F', type, value.ToString()!))} |\n");
        }
    }

    private void WriteShipped()
    {
        _page.Append("""

            ## Recipes of the library

            Parameters are counted from the shapes of the model. Where a recipe leaves the vocabulary to its training text, they depend on the text.

            | recipe | model | parameters | what |
            |---|---|---:|---|

            """);
        foreach (string name in Recipe.BuiltinNames)
        {
            Recipe recipe = Recipe.Builtin(name);
            string kind = recipe is TranslationRecipe ? "translation" : "language";
            _page.Append($"| `{name}` | {kind} | {Parameters(recipe, name)} | {Cell(recipe.Description ?? "")} |\n");
        }
    }

    private static string Parameters(Recipe recipe, string name)
    {
        try
        {
            return ModelSummary.Of(recipe, name).Parameters.ToString("N0", CultureInfo.InvariantCulture);
        }
        catch (InputException e) when (e.Message.Contains("vocabulary", StringComparison.Ordinal))
        {
            return "by the text";
        }
    }

    private string TypeName(Type type, string architecture, string[] path)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type.IsEnum)
        {
            if (!_enums.Contains(type))
            {
                _enums.Add(type);
            }

            return Link(type);
        }

        if (type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable)))
        {
            Type element = type.GetElementType() ?? type.GetGenericArguments()[^1];
            return $"list of {TypeName(element, architecture, path)}";
        }

        if (type == typeof(string))
        {
            return "string";
        }

        if (type == typeof(bool))
        {
            return "true, false";
        }

        if (type.IsPrimitive)
        {
            return type == typeof(float) || type == typeof(double) ? Real : Whole;
        }

        if (!_objects.Any(known => known.Type == type))
        {
            _objects.Add((type, architecture, path));
        }

        return Link(type);
    }

    // Empty for an object, whose defaults have a table of their own.
    private static string Json(object value, Type type)
    {
        string json = JsonSerializer.Serialize(value, RecipeJson.Default.Options.GetTypeInfo(type));
        return json.StartsWith('{') ? "" : json;
    }

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace('\n', ' ');
}

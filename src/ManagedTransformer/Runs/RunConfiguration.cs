using System.Text.Json;
using ManagedTransformer.Files;
using ManagedTransformer.Json;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Runs;

/// <summary>The options that decided a run, as keys with dots and their values as text, in the order of the file.</summary>
internal static class RunConfiguration
{
    // What config.json calls by another name than recipes do.
    private static readonly Dictionary<string, string> _renamed = new(StringComparer.Ordinal)
    {
        ["context"] = "training.context",
        ["evaluate_context_window"] = "training.evaluate_context_window",
        ["lowercase"] = "data.lowercase",
    };

    /// <summary>The values of a run's recipe.</summary>
    /// <param name="path">The file that the run wrote.</param>
    /// <exception cref="InputException">It is no JSON object.</exception>
    public static List<KeyValuePair<string, string>> OfRecipe(string path)
    {
        List<KeyValuePair<string, string>> values = JsonFile.Read(
            WithDefaults(path), path, root => Flatten(root, "").Where(pair => pair.Key != "description").ToList());
        if (!values.Exists(pair => pair.Key == UpdateRecipe.PrecisionKey))
        {
            values.Add(KeyValuePair.Create(UpdateRecipe.PrecisionKey, UpdateRecipe.UnstatedPrecision));
        }

        return values;
    }

    // A value that is left out, also since the version of the run did not know its key, is no other than the same one stated.
    private static byte[] WithDefaults(string path)
    {
        byte[] utf8 = Utf8File.Read(path);
        try
        {
            RecipeKind kind = RecipeKind.Of(JsonDocuments.Architecture(utf8));
            return kind.Write(kind.Read(path, utf8, true));
        }
        catch (InputException)
        {
            // What this version does not know is told as it stands there.
            return utf8;
        }
    }

    /// <summary>The values that the description of a model has of its recipe, for runs that did not write theirs.</summary>
    /// <param name="description">The description.</param>
    public static List<KeyValuePair<string, string>> OfModel(JsonElement description) =>
    [
        .. Flatten(description, "").Where(pair => !pair.Key.StartsWith("base.", StringComparison.Ordinal) && pair.Key != "end_of_text")
            .Select(pair => _renamed.TryGetValue(pair.Key, out string? name) ? KeyValuePair.Create(name, pair.Value) : pair),
    ];

    private static IEnumerable<KeyValuePair<string, string>> Flatten(JsonElement element, string key) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject()
            .SelectMany(member => Flatten(member.Value, key.Length == 0 ? member.Name : $"{key}.{member.Name}")),
        JsonValueKind.Array => [KeyValuePair.Create(key, string.Join(", ", element.EnumerateArray()))],
        JsonValueKind.String => [KeyValuePair.Create(key, element.GetString()!)],
        _ => [KeyValuePair.Create(key, element.GetRawText())],
    };
}

using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Documents.Tests.References;

/// <summary>
/// Ranges of numbers in recipes, in the words of the library: a recipe of the library gets a value that no range has, and what it is
/// refused with says what is possible.
/// </summary>
internal sealed class RangeProbe : IDisposable
{
    private static readonly string[] _probes = ["-1", "-1.5"];

    private readonly JsonObject[] _recipes =
    [
        .. Recipe.BuiltinNames.Select(name => JsonNode.Parse(Recipe.BuiltinText(name), documentOptions: new JsonDocumentOptions
        {
            CommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
        })!.AsObject()),
    ];

    private readonly string _file = Path.GetTempFileName();

    /// <summary>The range of a key; empty where none is told.</summary>
    /// <param name="architecture">Of which recipes.</param>
    /// <param name="path">The names of the objects around the key, from the outermost.</param>
    /// <param name="key">The key.</param>
    /// <param name="isWhole">Whether it is an integer.</param>
    public string Of(string architecture, IReadOnlyList<string> path, string key, bool isWhole)
    {
        JsonObject? recipe = Array.Find(
            _recipes, recipe => recipe["architecture"]!.GetValue<string>() == architecture && Find(recipe, path) is not null);
        if (recipe is null)
        {
            return "";
        }

        JsonNode changed = recipe.DeepClone();
        Find(changed, path)![key] = JsonNode.Parse(_probes[isWhole ? 0 : 1]);
        File.WriteAllText(_file, changed.ToJsonString());
        try
        {
            Recipe.Load(_file);
            return "";
        }
        catch (InputException e)
        {
            string pattern = $@"\b{key}\b[^;]*? must (?<range>(?:not )?be .+?)(?=, |\. |\.$| \(|; )";
            string range = Regex.Match(e.Message, pattern).Groups["range"].Value;
            return range.Replace("not be ", "not ", StringComparison.Ordinal).Replace("be ", "", StringComparison.Ordinal);
        }
    }

    public void Dispose() => File.Delete(_file);

    private static JsonObject? Find(JsonNode recipe, IReadOnlyList<string> path) =>
        path.Aggregate((JsonNode?)recipe, (node, name) => (node as JsonObject)?[name]) as JsonObject;
}

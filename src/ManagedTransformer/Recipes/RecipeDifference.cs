using System.Text.Json;
using System.Text.Json.Nodes;
using ManagedTransformer.Files;
using ManagedTransformer.Json;

namespace ManagedTransformer.Recipes;

/// <summary>What tells a recipe from the one that a run was begun with.</summary>
internal static class RecipeDifference
{
    private const int Most = 3;

    /// <summary>The keys with other values, as a part of a sentence; empty where there are none or the earlier recipe is gone.</summary>
    /// <param name="path">The file of the earlier recipe.</param>
    /// <param name="now">The recipe now.</param>
    public static string Describe(string path, Recipe now)
    {
        Dictionary<string, string> before;
        try
        {
            before = JsonLeaves.Of(JsonNode.Parse(InputFile.ReadAllBytes(path)));
        }
        catch (Exception e) when (e is InputException or JsonException)
        {
            return "";
        }

        Dictionary<string, string> after = JsonLeaves.Of(JsonSerializer.SerializeToNode(now, RecipeKind.Of(now.Architecture).Type));
        string[] changed = [.. before.Keys.Union(after.Keys).Where(key => !IsFree(key) && Value(before, key) != Value(after, key))];
        string more = changed.Length > Most ? $" and {changed.Length - Most} more" : "";
        return changed.Length == 0 ? "" : $" ({string.Join(", ", changed.Take(Most).Select(
            key => $"{key} was {Value(before, key)} and is {Value(after, key)}"))}{more})";
    }

    // What a run that goes on may change.
    private static bool IsFree(string key) => key is "$schema" or "description" or "data.source" or "training.steps"
        or "training.evaluate_every" or "training.log_every" or "training.keep_checkpoints" or "training.sample_prompt"
        or "training.sample_tokens" or "training.early_stopping.patience" or "training.early_stopping.min_delta";

    private static string Value(Dictionary<string, string> values, string key) =>
        values.GetValueOrDefault(key, key == UpdateRecipe.PrecisionKey ? $"\"{UpdateRecipe.UnstatedPrecision}\"" : "absent");
}

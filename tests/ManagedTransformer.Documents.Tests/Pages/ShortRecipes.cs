using System.Text.Json;
using System.Text.Json.Nodes;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Documents.Tests.Pages;

/// <summary>
/// Recipes that come with the library, made so small that their runs take a moment. In the folder <c>models</c> they go before those that
/// come with the tool, so that the commands of a page stay as they are.
/// </summary>
internal static class ShortRecipes
{
    private const int Steps = 3;

    private static readonly string[] _names =
    [
        .. Recipe.BuiltinNames.Where(name => name is "stories" or "llama-stories" or "shakespeare-char" or "translation-toy"
            || name.StartsWith("finetune", StringComparison.Ordinal) || name.StartsWith("multi30k-de", StringComparison.Ordinal)
            || name.StartsWith("linearize-", StringComparison.Ordinal) || name.StartsWith("enwiki-", StringComparison.Ordinal)),
    ];

    /// <summary>Writes them.</summary>
    /// <param name="folder">Where the folder <c>models</c> comes into being.</param>
    public static void Write(string folder)
    {
        string models = Directory.CreateDirectory(Path.Combine(folder, "models")).FullName;
        foreach (string name in _names)
        {
            File.WriteAllText(Path.Combine(models, name + ".json"), Shorten(Recipe.BuiltinText(name)));
        }
    }

    /// <summary>A program with the short recipes in the place of those that come with the library.</summary>
    /// <param name="program">Its text.</param>
    public static string Use(string program) =>
        _names.Aggregate(program, (text, name) => text.Replace(
            $"Recipe.Builtin(\"{name}\")", $"Recipe.Load(\"models/{name}.json\")", StringComparison.Ordinal));

    private static string Shorten(string json)
    {
        JsonObject recipe = JsonNode.Parse(json, documentOptions: new JsonDocumentOptions
        {
            CommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
        })!.AsObject();
        JsonObject model = recipe["model"]!.AsObject(), training = recipe["training"]!.AsObject();
        foreach ((string key, int value) in new[]
        {
            ("dim", 32), ("layers", 2), ("heads", 2), ("ffn", 64), ("decoder_ffn", 64), ("encoder_layers", 1), ("decoder_layers", 2),
        })
        {
            Set(model, key, value);
        }

        Set(model, "memory_positions", new JsonArray("1"));
        Set(model["memory"], "n_keys", 16);
        Set(model["memory"], "top_k", 4);
        Set(model["span"], "limit", 64);
        Set(model["span"], "ramp", 8);
        Set(model["rotary"], "key_heads", 1);
        Set(recipe["tokenizer"], "vocab", 300);
        foreach ((string key, int value) in new[]
        {
            ("batch", 2), ("context", 16), ("max_tokens", 64), ("evaluate_bleu", 2), ("sample_tokens", 8), ("sample_sentences", 1),
            ("evaluate_tokens", 64), ("evaluate_context_window", 0),
        })
        {
            Set(training, key, value);
        }

        (training["steps"], training["evaluate_every"], training["log_every"]) = (Steps, Steps, 1);
        return recipe.ToJsonString();
    }

    private static void Set(JsonNode? target, string key, JsonNode value)
    {
        if (target is JsonObject parent && parent.ContainsKey(key))
        {
            parent[key] = value;
        }
    }
}

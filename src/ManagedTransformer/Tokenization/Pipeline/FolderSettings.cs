using System.Globalization;
using System.Text.Json;
using ManagedTransformer.Json;
using ManagedTransformer.Tokenization.AddedTokens;
using ManagedTransformer.Tokenization.Components;

namespace ManagedTransformer.Tokenization.Pipeline;

/// <summary>
/// Reads what <c>tokenizer_config.json</c> and <c>special_tokens_map.json</c> beside a <c>tokenizer.json</c> change about ids: tokens that
/// only they name, tokens around every text, and the space before it.
/// </summary>
internal static class FolderSettings
{
    private const string ConfigFile = "tokenizer_config.json", MapFile = "special_tokens_map.json";

    private static readonly string[] _names =
        ["bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    /// <summary>Reads them; a file that is absent changes nothing.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InputException">A file is malformed.</exception>
    public static PipelineSettings Read(string folder)
    {
        string config = Path.Combine(folder, ConfigFile), map = Path.Combine(folder, MapFile);
        Dictionary<string, AddedEntry> named = [];
        List<AddedEntry> tokens = [];
        PipelineSettings settings = new() { Path = config };
        if (File.Exists(config))
        {
            settings = JsonFile.Read(config, root =>
            {
                ReadNamed(root, config, named, tokens);
                ReadAdded(root, config, tokens);
                return settings with
                {
                    AddPrefixSpace = JsonFile.Flag(root, "add_prefix_space", config),
                    Beginning = JsonFile.Flag(root, "add_bos_token", config) == true ? Content("bos_token") : null,
                    End = JsonFile.Flag(root, "add_eos_token", config) == true ? Content("eos_token") : null,
                };

                string Content(string name) => named.TryGetValue(name, out AddedEntry? token) ? token.Content
                    : throw new InputException($"{config}: add_{name} is true, but no {name} is named.");
            });
        }

        if (File.Exists(map))
        {
            JsonFile.Read(map, root =>
            {
                ReadNamed(root, map, named, tokens);
                return true;
            });
        }

        tokens.AddRange(named.Values);
        return settings with { Tokens = tokens };
    }

    private static void ReadNamed(JsonElement root, string path, Dictionary<string, AddedEntry> named, List<AddedEntry> tokens)
    {
        foreach (string name in _names.Where(name => !JsonFile.IsAbsent(root, name)))
        {
            named[name] = ReadToken(root.GetProperty(name), name, path);
        }

        if (!JsonFile.IsAbsent(root, "additional_special_tokens"))
        {
            Component component = new(root, "settings", path);
            tokens.AddRange(
                component.Array("additional_special_tokens").Select(json => ReadToken(json, "additional_special_tokens", path)));
        }
    }

    private static AddedEntry ReadToken(JsonElement json, string name, string path) => json.ValueKind switch
    {
        JsonValueKind.String => new AddedEntry(json.GetString()!, null) { IsSpecial = true },
        JsonValueKind.Object => Options(new Component(json, name, path)),
        _ => throw new InputException($"{path}: {name} must be the text of a token, or an object with its content."),
    };

    private static AddedEntry Options(Component component) => new(component.Text("content"), null)
    {
        IsSingleWord = component.Flag("single_word") ?? false,
        StripsLeft = component.Flag("lstrip") ?? false,
        StripsRight = component.Flag("rstrip") ?? false,
        IsNormalized = component.Flag("normalized") ?? false,
        IsSpecial = component.Flag("special") ?? true,
    };

    private static void ReadAdded(JsonElement root, string path, List<AddedEntry> tokens)
    {
        const string name = "added_tokens_decoder";
        if (JsonFile.IsAbsent(root, name))
        {
            return;
        }

        foreach (JsonProperty entry in JsonFile.Require(root, name, JsonValueKind.Object, path).EnumerateObject())
        {
            if (!int.TryParse(entry.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int id))
            {
                throw new InputException($"{path}: {name} must give an object for every id, the entry '{entry.Name}' does not.");
            }

            tokens.Add(Options(new Component(entry.Value, $"{name} {entry.Name}", path)) with { DeclaredId = id });
        }
    }
}

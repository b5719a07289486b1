using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ManagedTransformer.Files;
using ManagedTransformer.Json;

namespace ManagedTransformer.Tokenization.Chat;

/// <summary>
/// Where folders keep a chat template: <c>chat_template.jinja</c>, which goes first, or the key <c>chat_template</c> of
/// <c>tokenizer_config.json</c>: text, or a list of named ones of which <c>default</c> counts unless a program chooses another. The tokens
/// that it may name stand beside it, or in <c>special_tokens_map.json</c>.
/// </summary>
internal static class ChatTemplateFiles
{
    private const string TemplateFile = "chat_template.jinja", ConfigFile = "tokenizer_config.json", MapFile = "special_tokens_map.json",
        Key = "chat_template", BeginningKey = "bos_token", EndKey = "eos_token", DefaultName = "default";

    private static readonly string[] _otherTokens = ["unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    /// <summary>Reads the template of a folder; null where it has none.</summary>
    /// <param name="folder">The folder.</param>
    /// <exception cref="InputException">A file is malformed.</exception>
    public static ChatTemplate? Read(string folder)
    {
        string file = Path.Combine(folder, TemplateFile), config = Path.Combine(folder, ConfigFile), map = Path.Combine(folder, MapFile);
        bool hasFile = File.Exists(file);
        List<KeyValuePair<string, string>> templates = [];
        Dictionary<string, string> tokens = new(StringComparer.Ordinal);
        foreach (string path in (string[])[map, config])
        {
            if (File.Exists(path))
            {
                JsonFile.Read(path, root =>
                {
                    foreach (string key in (string[])[BeginningKey, EndKey, .. _otherTokens])
                    {
                        if (Token(root, key, path) is { } token)
                        {
                            tokens[key] = token;
                        }
                    }

                    templates.AddRange(path == config && !hasFile ? Find(root, path) : []);
                    return true;
                });
            }
        }

        // One template alone needs no name.
        string? source = hasFile ? Encoding.UTF8.GetString(Utf8File.Read(file))
            : templates.Find(template => template.Key is DefaultName or "").Value;
        return source is null && templates.Count == 0 ? null
            : new ChatTemplate(source ?? "", $"The chat template of '{(hasFile ? file : config)}'")
            {
                BeginningOfText = tokens.GetValueOrDefault(BeginningKey),
                EndOfText = tokens.GetValueOrDefault(EndKey),
                Templates = templates.FindAll(template => template.Key.Length > 0),
                Tokens = [.. tokens],
            };
    }

    /// <summary>Reads a template that somebody named.</summary>
    /// <param name="path">A folder, or a file that is the template.</param>
    /// <param name="key">What named it, for errors.</param>
    /// <exception cref="InputException">There is none, or a file is malformed.</exception>
    public static ChatTemplate ReadNamed(string path, string key) => Directory.Exists(path)
        ? Read(path) ?? throw new InputException(
            $"{key}: the folder '{path}' has no chat template ({TemplateFile}, or {Key} of {ConfigFile}).")
        : new ChatTemplate(Encoding.UTF8.GetString(Utf8File.Read(path)), $"The chat template '{path}'");

    /// <summary>Writes a template beside a model, into a <c>tokenizer_config.json</c> that may be there already.</summary>
    /// <param name="folder">The folder, being written.</param>
    /// <param name="template">The template; null writes nothing.</param>
    public static void Write(string folder, ChatTemplate? template)
    {
        if (template is null)
        {
            return;
        }

        string path = Path.Combine(folder, ConfigFile);
        JsonObject config = File.Exists(path) ? JsonNode.Parse(Utf8File.Read(path))!.AsObject() : [];
        config[BeginningKey] ??= template.BeginningOfText;
        config[EndKey] ??= template.EndOfText;
        config[Key] = template.Templates.Count == 0 ? template.Source : new JsonArray([.. template.Templates.Select(named =>
            new JsonObject { ["name"] = named.Key, ["template"] = named.Value })]);
        JsonFile.Write(path, json =>
        {
            foreach ((string key, JsonNode? value) in config)
            {
                if (value is not null)
                {
                    json.WritePropertyName(key);
                    value.WriteTo(json);
                }
            }
        });
    }

    // Templates by their names, or one without a name.
    private static List<KeyValuePair<string, string>> Find(JsonElement root, string path)
    {
        if (JsonFile.IsAbsent(root, Key))
        {
            return [];
        }

        JsonElement value = root.GetProperty(Key);
        return value.ValueKind switch
        {
            JsonValueKind.String => [KeyValuePair.Create("", value.GetString()!)],
            JsonValueKind.Array => [.. value.EnumerateArray().Select(named => KeyValuePair.Create(
                JsonFile.RequireString(named, "name", path), JsonFile.RequireString(named, "template", path)))],
            _ => throw new InputException($"{path}: {Key} must be a template, or a list of named ones."),
        };
    }

    // The text of a token, or an object with its content. The tokenizer says what is wrong with others.
    private static string? Token(JsonElement root, string key, string path)
    {
        if (JsonFile.IsAbsent(root, key))
        {
            return null;
        }

        JsonElement value = root.GetProperty(key);
        return value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Object => JsonFile.RequireString(value, "content", path),
            _ => throw new InputException($"{path}: {key} must be the text of a token, or an object with its content."),
        };
    }
}

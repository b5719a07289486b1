using System.Globalization;
using System.Text.Json;
using ManagedTransformer.Json;
using ManagedTransformer.Tokenization.AddedTokens;

namespace ManagedTransformer.Tokenization;

/// <summary>
/// Settings beside a tokenizer's vocabulary that change the ids of a text: <c>tokenizer_config.json</c>, and <c>special_tokens_map.json</c>
/// and <c>added_tokens.json</c> of older folders, read as transformers' GPT2Tokenizer reads them. Whatever else in them would change ids is
/// refused by name.
/// </summary>
internal sealed class HuggingFaceTokenizerSettings
{
    public const string ConfigFile = "tokenizer_config.json", SpecialTokensFile = "special_tokens_map.json",
        AddedTokensFile = "added_tokens.json";

    // Which GPT2Tokenizer has without any file.
    private const string EndOfText = "<|endoftext|>";
    private const string BeginningKey = "bos_token", AddedTokensKey = "added_tokens_decoder", AdditionalKey = "additional_special_tokens";

    // Tokenizers that differ from GPT-2's in nothing but their name.
    private static readonly string[] _classes = ["GPT2Tokenizer", "GPT2TokenizerFast", "CodeGenTokenizer", "CodeGenTokenizerFast"];

    // And those that add nothing to their files.
    private static readonly string[] _plainClasses = ["PreTrainedTokenizerFast", "TokenizersBackend"];

    private static readonly string[] _singleKeys =
        [BeginningKey, "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token"];

    private readonly Dictionary<string, AddedEntry?> _special = [];
    private bool _hasDefaults = true;
    private readonly List<AddedEntry> _additional = [];
    private readonly List<AddedEntry> _added = [];

    private HuggingFaceTokenizerSettings(string folder) => ConfigPath = Path.Combine(folder, ConfigFile);

    /// <summary>The main file, for errors.</summary>
    public string ConfigPath { get; }

    /// <summary>True when one of the files is there. Only then they list all special tokens.</summary>
    public bool AreGiven { get; private set; }

    /// <summary>True when a space is put before a text; null where that is left to the tokenizer's own file.</summary>
    public bool? AddPrefixSpace { get; private set; }

    /// <summary>The token that is put before every text; null: none, or what the tokenizer's own file says.</summary>
    public string? Beginning { get; private set; }

    /// <summary>The tokens to add, in the order in which free ids are given.</summary>
    public IEnumerable<AddedEntry> Tokens => _added.OrderBy(token => token.DeclaredId ?? int.MaxValue)
        .Concat(_singleKeys.Select(key => _special.GetValueOrDefault(key)).OfType<AddedEntry>()).Concat(_additional);

    /// <summary>The tokens that are special without being named, as far as the vocabulary has them.</summary>
    public IEnumerable<string> DefaultTokens =>
        !_hasDefaults || (_special.ContainsKey(BeginningKey) && _special.ContainsKey("eos_token") && _special.ContainsKey("unk_token"))
            ? []
            : [EndOfText];

    /// <summary>Reads the files of a folder; those that are absent change nothing.</summary>
    /// <exception cref="InputException">A file is malformed or asks for something that is not supported.</exception>
    public static HuggingFaceTokenizerSettings Read(string folder)
    {
        HuggingFaceTokenizerSettings settings = new(folder);
        bool addsBeginning = false, namesAll = false;
        settings.ReadFile(settings.ConfigPath, (root, path) =>
        {
            settings.ReadClass(root, path);
            settings.AddPrefixSpace = JsonFile.Flag(root, "add_prefix_space", path);
            addsBeginning = JsonFile.Flag(root, "add_bos_token", path) == true;
            namesAll = !JsonFile.IsAbsent(root, AddedTokensKey);
            settings.ReadSpecial(root, path);
            if (namesAll)
            {
                settings.ReadDecoder(root, path);
            }
        });

        // Newer folders keep everything in the first file, and the others beside it are not read.
        if (!namesAll)
        {
            settings.ReadFile(Path.Combine(folder, SpecialTokensFile), settings.ReadSpecial);
            settings.ReadFile(Path.Combine(folder, AddedTokensFile), settings.ReadIds);
        }

        if (addsBeginning)
        {
            bool isNamed = settings._special.TryGetValue(BeginningKey, out AddedEntry? token);
            settings.Beginning = token?.Content ?? (isNamed || !settings._hasDefaults ? null : EndOfText)
                ?? throw new InputException($"{settings.ConfigPath}: add_bos_token is true, but no bos_token is named.");
        }

        return settings;
    }

    private void ReadClass(JsonElement root, string path)
    {
        if (!JsonFile.IsAbsent(root, "tokenizer_class"))
        {
            string name = JsonFile.RequireString(root, "tokenizer_class", path);
            _hasDefaults = !_plainClasses.Contains(name);
            if (_hasDefaults && !_classes.Contains(name))
            {
                throw new InputException(
                    $"{path}: tokenizer_class is '{name}', the supported ones are {string.Join(", ", _classes.Concat(_plainClasses))}.");
            }
        }

        foreach (string key in (ReadOnlySpan<string>)["add_eos_token", "split_special_tokens"])
        {
            if (JsonFile.Flag(root, key, path) == true)
            {
                throw new InputException($"{path}: {key} is true, only false is supported.");
            }
        }
    }

    private void ReadFile(string path, Action<JsonElement, string> read)
    {
        if (!File.Exists(path))
        {
            return;
        }

        AreGiven = true;
        JsonFile.Read(path, root =>
        {
            read(root, path);
            return true;
        });
    }

    // A later file's value counts, also where it is null.
    private void ReadSpecial(JsonElement root, string path)
    {
        foreach (string key in _singleKeys)
        {
            if (root.TryGetProperty(key, out JsonElement value))
            {
                _special[key] = value.ValueKind == JsonValueKind.Null ? null : ReadToken(value, key, path);
            }
        }

        foreach (string key in (ReadOnlySpan<string>)[AdditionalKey, "extra_special_tokens"])
        {
            if (JsonFile.IsAbsent(root, key))
            {
                continue;
            }

            JsonElement tokens = root.GetProperty(key);
            IEnumerable<JsonElement> values = tokens.ValueKind switch
            {
                JsonValueKind.Array => tokens.EnumerateArray(),
                JsonValueKind.Object => tokens.EnumerateObject().Select(named => named.Value),
                _ => throw new InputException($"{path}: {key} must be a list of tokens."),
            };
            _additional.AddRange(values.Select(value => ReadToken(value, key, path)));
        }
    }

    private void ReadDecoder(JsonElement root, string path)
    {
        foreach (JsonProperty token in JsonFile.Require(root, AddedTokensKey, JsonValueKind.Object, path).EnumerateObject())
        {
            if (!int.TryParse(token.Name, NumberStyles.None, CultureInfo.InvariantCulture, out int id)
                || token.Value.ValueKind != JsonValueKind.Object)
            {
                throw new InputException($"{path}: {AddedTokensKey} must give an object for every id, the entry '{token.Name}' does not.");
            }

            _added.Add(ReadOptions(token.Value, id, path));
        }
    }

    private void ReadIds(JsonElement root, string path)
    {
        foreach (JsonProperty token in root.EnumerateObject())
        {
            if (token.Value.ValueKind != JsonValueKind.Number || !token.Value.TryGetInt32(out int id))
            {
                throw new InputException($"{path}: the id of the token '{token.Name}' is not a whole number.");
            }

            bool isSpecial = _special.Values.Concat(_additional).Any(special => special?.Content == token.Name);
            _added.Add(new AddedEntry(token.Name, id) { IsNormalized = !isSpecial, IsSpecial = true });
        }
    }

    private static AddedEntry ReadToken(JsonElement value, string key, string path) => value.ValueKind switch
    {
        JsonValueKind.String => new AddedEntry(value.GetString()!, null) { IsSpecial = true },
        JsonValueKind.Object => ReadOptions(value, null, path),
        _ => throw new InputException($"{path}: {key} must be the text of a token, or an object with its content."),
    };

    private static AddedEntry ReadOptions(JsonElement token, int? id, string path)
    {
        string content = JsonFile.RequireString(token, "content", path);
        foreach (string option in (ReadOnlySpan<string>)["single_word", "lstrip", "rstrip"])
        {
            if (JsonFile.Flag(token, option, path) == true)
            {
                throw new InputException(
                    $"{path}: the added token '{content}' has '{option}', which is not supported beside a byte-level BPE.");
            }
        }

        return new AddedEntry(content, id) { IsNormalized = JsonFile.Flag(token, "normalized", path) == true, IsSpecial = true };
    }
}

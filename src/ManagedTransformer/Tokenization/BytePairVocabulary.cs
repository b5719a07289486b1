using System.Text;
using System.Text.Json;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization;

/// <summary>
/// Builds a tokenizer from the parts that both file formats have: an object from token to id, merges as pairs of tokens, special tokens.
/// </summary>
internal sealed class BytePairVocabulary
{
    /// <summary>Ids reach from 0; this bounds the table that a damaged file can ask for.</summary>
    private const int LargestId = (1 << 24) - 1;

    /// <summary>The beginning of a line of a merges file that is no merge.</summary>
    public const string Heading = "#version";

    private readonly string _path;
    private readonly Dictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly HashSet<int> _usedIds = [];
    private readonly List<BytePairMerge> _merges = [];
    private readonly Dictionary<int, SpecialToken> _specialTokens = [];
    private readonly int _size;

    /// <summary>Reads the object from token to id.</summary>
    public BytePairVocabulary(JsonElement vocabulary, string path)
    {
        _path = path;
        foreach (JsonProperty entry in vocabulary.EnumerateObject())
        {
            if (entry.Value.ValueKind != JsonValueKind.Number || !entry.Value.TryGetInt32(out int id) || id is < 0 or > LargestId)
            {
                throw new InputException($"The id of the token '{entry.Name}' in '{path}' is not a number from 0 to {LargestId}.");
            }

            if (!_ids.TryAdd(entry.Name, id))
            {
                throw new InputException($"The token '{entry.Name}' occurs twice in the vocabulary of '{path}'.");
            }

            if (!_usedIds.Add(id))
            {
                throw new InputException($"The id {id} of the token '{entry.Name}' in '{path}' belongs to another token too.");
            }
        }

        if (_ids.Count == 0)
        {
            throw new InputException($"The vocabulary of '{path}' is empty.");
        }

        _size = _ids.Count;
    }

    /// <summary>Adds a merge of two tokens of the vocabulary.</summary>
    public void AddMerge(string left, string right, int number, string path)
    {
        if (!_ids.TryGetValue(left, out int leftId) || !_ids.TryGetValue(right, out int rightId))
        {
            throw new InputException($"Merge {number} ('{left} {right}') in '{path}' names a token that is not in the vocabulary.");
        }

        if (!_ids.TryGetValue(left + right, out int result))
        {
            throw new InputException(
                $"Merge {number} ('{left} {right}') in '{path}' makes '{left + right}', which is not in the vocabulary.");
        }

        _merges.Add(new(leftId, rightId, result));
    }

    /// <summary>Adds a token that is found as a whole; its id may be that of an entry of the vocabulary with the same text.</summary>
    public void AddSpecial(int id, string content, bool isNormalized = false)
    {
        if (content.Length == 0 || id is < 0 or > LargestId)
        {
            throw new InputException($"The added token '{content}' in '{_path}' is empty or its id {id} lies outside 0 to {LargestId}.");
        }

        if (_ids.TryGetValue(content, out int known) ? known != id : !_usedIds.Add(id))
        {
            throw new InputException(
                $"The added token '{content}' in '{_path}' has the id {id}, which does not agree with the vocabulary.");
        }

        _ids[content] = id;
        if (!_specialTokens.TryAdd(id, new(id, content) { IsNormalized = isNormalized }))
        {
            throw new InputException($"The added token '{content}' in '{_path}' has an id that occurs twice.");
        }
    }

    /// <summary>Takes entries of the form <c>&lt;...&gt;</c> that are no result of a merge as special tokens.</summary>
    public void FindSpecial()
    {
        HashSet<int> made = [.. _merges.Select(m => m.Result)];
        foreach ((string content, int id) in _ids.ToList())
        {
            if (content is ['<', _, .., '>'] && !made.Contains(id))
            {
                AddSpecial(id, content);
            }
        }
    }

    /// <summary>Puts the tokenizer together.</summary>
    /// <param name="settings">What the files beside it change; null: nothing.</param>
    /// <param name="addPrefixSpace">Whether a space is put before a text, where the settings leave that open.</param>
    /// <param name="prefix">The ids before every text, where the settings name none.</param>
    public BytePairTokenizer Build(HuggingFaceTokenizerSettings? settings, bool addPrefixSpace = false, IReadOnlyList<int>? prefix = null)
    {
        if (settings is not null)
        {
            foreach (string content in settings.DefaultTokens.Where(_ids.ContainsKey))
            {
                AddNamed(new(content, null, IsNormalized: false), settings.ConfigPath);
            }

            foreach (AddedToken token in settings.Tokens)
            {
                AddNamed(token, settings.ConfigPath);
            }

            addPrefixSpace = settings.AddPrefixSpace ?? addPrefixSpace;
            if (settings.Beginning is { } beginning)
            {
                prefix = [IdOf(beginning, settings.ConfigPath)];
            }
        }

        byte[]?[] tokens = new byte[]?[_ids.Values.Max() + 1];
        foreach ((string token, int id) in _ids)
        {
            if (_specialTokens.ContainsKey(id))
            {
                tokens[id] = Encoding.UTF8.GetBytes(token);
            }
            else if (ByteAlphabet.TryDecode(token, out byte[] bytes))
            {
                tokens[id] = bytes;
            }
            else
            {
                throw new InputException(
                    $"The token '{token}' in '{_path}' is not in GPT-2's byte alphabet; only byte-level vocabularies are supported.");
            }
        }

        return new(tokens, _merges, _specialTokens.Values, addPrefixSpace, prefix);
    }

    /// <summary>Returns true if a token has the id.</summary>
    public bool HasId(int id) => _usedIds.Contains(id);

    /// <summary>The id of a token.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public int IdOf(string token, string path) =>
        _ids.TryGetValue(token, out int id)
            ? id
            : throw new InputException($"The token '{token}', which '{path}' puts before every text, is not in the vocabulary.");

    // The library ignores the id that a file gives and counts on. Where the two differ nobody can tell which one the model was trained
    // with.
    private void AddNamed(AddedToken token, string path)
    {
        if (!_ids.TryGetValue(token.Content, out int id))
        {
            id = Math.Max(_size, _specialTokens.Count == 0 ? 0 : _specialTokens.Keys.Max() + 1);
        }

        if (token.Id is { } given && given != id)
        {
            throw new InputException(
                $"The token '{token.Content}' in '{path}' has the id {given}, but the vocabulary gives it the id {id}.");
        }

        if (!_specialTokens.ContainsKey(id))
        {
            AddSpecial(id, token.Content, token.IsNormalized);
        }
    }
}

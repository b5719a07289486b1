using System.Text;
using ManagedTransformer.Tokenization.Models;
using ManagedTransformer.Tokenization.Normalizers;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.AddedTokens;

/// <summary>The added tokens of a tokenizer: their ids, and the two searches for them, in the raw and in the normalized text.</summary>
internal sealed class AddedTokenSet
{
    /// <summary>The most tokens of a file.</summary>
    public const int MostTokens = 1 << 16;

    private const int LongestContent = 4096;

    private readonly Dictionary<int, AddedEntry> _byId = [];
    private readonly Dictionary<string, AddedEntry> _byContent = new(StringComparer.Ordinal);
    private readonly HashSet<string> _special = new(StringComparer.Ordinal);

    /// <summary>Gives every token its id: that of the vocabulary, or the next free one.</summary>
    /// <param name="entries">In the order of the file.</param>
    /// <param name="vocabulary">The model's tokens.</param>
    /// <param name="normalizer">What contents of normalized tokens go through.</param>
    /// <param name="path">The file, for errors.</param>
    /// <exception cref="InputException">A declared id is another one.</exception>
    public AddedTokenSet(IEnumerable<AddedEntry> entries, TokenMap vocabulary, Normalizer? normalizer, string path)
    {
        List<AddedEntry> known = [];
        int next = vocabulary.Count;
        foreach (AddedEntry entry in entries.Where(entry => entry.Content.Length > 0))
        {
            byte[] content = Encoding.UTF8.GetBytes(entry.Content);
            if (content.Length > LongestContent)
            {
                throw new InputException($"{path}: an added token is {content.Length:N0} bytes long, the most are {LongestContent:N0}.");
            }

            int id = _byContent.TryGetValue(entry.Content, out AddedEntry? earlier) ? earlier.Id
                : vocabulary.TryGetId(content, out int own) ? own : next;
            if (entry.DeclaredId is { } declared && declared != id)
            {
                throw new InputException(
                    $"{path}: the added token '{entry.Content}' has the id {declared}, but the vocabulary gives it the id {id}.");
            }

            AddedEntry placed = entry with { Id = id };
            known.Add(placed);
            next = Math.Max(next, id + 1);
            _byId.TryAdd(id, placed);
            _byContent[entry.Content] = placed;
            if (entry.IsSpecial)
            {
                _special.Add(entry.Content);
            }
        }

        // Of equal contents the special one counts, then the first.
        AddedEntry[] ordered = [.. known.OrderBy(entry => !entry.IsSpecial)];
        Raw = new AddedTokenSearch(
            ordered.Where(entry => !entry.IsNormalized).Select(entry => (Encoding.UTF8.GetBytes(entry.Content), entry)));
        Normalized = new AddedTokenSearch(
            ordered.Where(entry => entry.IsNormalized).Select(entry => (Normalize(entry.Content, normalizer), entry)));
    }

    /// <summary>The tokens to find in the raw text.</summary>
    public AddedTokenSearch Raw { get; }

    /// <summary>The tokens to find in the normalized text.</summary>
    public AddedTokenSearch Normalized { get; }

    /// <summary>All tokens by id.</summary>
    public IReadOnlyDictionary<int, AddedEntry> ById => _byId;

    /// <summary>The largest id; -1 for none.</summary>
    public int LargestId => _byId.Count == 0 ? -1 : _byId.Keys.Max();

    /// <summary>The id of a token; -1 for none.</summary>
    public int IdOf(string content) => _byContent.TryGetValue(content, out AddedEntry? entry) ? entry.Id : -1;

    /// <summary>Returns true for the text of a special token.</summary>
    public bool IsSpecial(string content) => _special.Contains(content);

    private static byte[] Normalize(string content, Normalizer? normalizer)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(content);
        if (normalizer is null)
        {
            return utf8;
        }

        ByteBuffer buffer = new() { Limit = LongestContent * 64 };
        normalizer.Append(utf8, buffer);
        return buffer.Span.ToArray();
    }
}

using System.Buffers;
using ManagedTransformer.Tokenization.Models;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.AddedTokens;

/// <summary>Finds added tokens in a text: the leftmost, of those the longest.</summary>
internal sealed class AddedTokenSearch
{
    private readonly List<AddedEntry> _entries = [];
    private readonly TokenIndex _index;
    private readonly SearchValues<byte> _first;

    /// <summary>Prepares the search.</summary>
    /// <param name="tokens">What to look for; of equal texts the first counts, empty ones are left out.</param>
    public AddedTokenSearch(IEnumerable<(byte[] Text, AddedEntry Entry)> tokens)
    {
        TokenMap map = new();
        HashSet<byte> first = [];
        foreach ((byte[] text, AddedEntry entry) in tokens)
        {
            if (text.Length == 0 || map.TryGetId(text, out _))
            {
                continue;
            }

            map.Set(text, _entries.Count);
            _entries.Add(entry);
            first.Add(text[0]);
        }

        _index = new TokenIndex(map);
        _first = SearchValues.Create([.. first]);
    }

    /// <summary>True where there is nothing to find.</summary>
    public bool IsEmpty => _entries.Count == 0;

    /// <summary>Finds the next token.</summary>
    /// <param name="text">The whole text.</param>
    /// <param name="position">Where to search; moved behind the match.</param>
    /// <param name="taken">The end of what earlier tokens have taken.</param>
    /// <param name="start">Where the token begins, white space that it takes included.</param>
    /// <param name="end">Where it ends.</param>
    /// <returns>The token; null where none is left.</returns>
    public AddedEntry? Next(ReadOnlySpan<byte> text, ref int position, int taken, out int start, out int end)
    {
        while (position < text.Length)
        {
            int found = text[position..].IndexOfAny(_first);
            if (found < 0)
            {
                break;
            }

            start = position + found;
            end = start;
            int place = -1;
            TokenWalk walk = _index.Walk();
            for (int i = start; i < text.Length && walk.Step(text[i], out int token); i++)
            {
                if (token >= 0)
                {
                    (place, end) = (token, i + 1);
                }
            }

            if (place < 0)
            {
                position = start + 1;
                continue;
            }

            // What stands in white space that the token before has taken is no token of its own.
            position = end;
            AddedEntry entry = _entries[place];
            if (start < taken)
            {
                continue;
            }

            if (entry.IsSingleWord && !StandsAlone(text, start, end))
            {
                continue;
            }

            while (entry.StripsLeft && start > taken && Utf8.Before(text, start) is int before
                && CharacterSets.WhiteSpace.Contains(Utf8.Read(text, before, out _)))
            {
                start = before;
            }

            while (entry.StripsRight && end < text.Length && CharacterSets.WhiteSpace.Contains(Utf8.Read(text, end, out int length)))
            {
                end += length;
            }

            return entry;
        }

        (start, end) = (text.Length, text.Length);
        return null;
    }

    private static bool StandsAlone(ReadOnlySpan<byte> text, int start, int end) =>
        (start == 0 || !CharacterSets.Word.Contains(Utf8.Read(text, Utf8.Before(text, start), out _)))
        && (end == text.Length || !CharacterSets.Word.Contains(Utf8.Read(text, end, out _)));
}

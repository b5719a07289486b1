using System.IO.Hashing;

namespace ManagedTransformer.Tokenization.Models;

/// <summary>
/// Remembers the tokens of words. It is bounded: a word stays where its two places are not taken, and what is there is never replaced. So
/// threads need no lock: an entry does not change once it can be seen.
/// </summary>
internal sealed class WordCache
{
    /// <summary>The longest word that is kept, in bytes.</summary>
    public const int LongestWord = 48;

    private const int Size = 1 << 17;

    private readonly Entry?[] _entries = new Entry?[Size];

    /// <summary>The hash of a word.</summary>
    public static ulong Hash(ReadOnlySpan<byte> word) => XxHash3.HashToUInt64(word);

    /// <summary>The tokens of a word.</summary>
    public bool TryGet(ReadOnlySpan<byte> word, ulong hash, out ReadOnlySpan<int> ids)
    {
        int place = (int)hash & (Size - 1);
        for (int i = 0; i < 2; i++)
        {
            if (Volatile.Read(ref _entries[place ^ i]) is { } entry && entry.Hash == hash && word.SequenceEqual(entry.Word))
            {
                ids = entry.Ids;
                return true;
            }
        }

        ids = default;
        return false;
    }

    /// <summary>Keeps a word where there is room.</summary>
    public void Add(ReadOnlySpan<byte> word, ulong hash, ReadOnlySpan<int> ids)
    {
        int place = (int)hash & (Size - 1);
        place = _entries[place] is null ? place : place ^ 1;
        if (_entries[place] is null)
        {
            Volatile.Write(ref _entries[place], new Entry(hash, word.ToArray(), ids.ToArray()));
        }
    }

    private sealed record Entry(ulong Hash, byte[] Word, int[] Ids);
}

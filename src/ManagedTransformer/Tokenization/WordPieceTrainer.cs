using System.Text;

namespace ManagedTransformer.Tokenization;

/// <summary>
/// Learns a WordPiece vocabulary: characters, those within words with a prefix, and what joining the most frequent neighbours makes.
/// </summary>
internal static class WordPieceTrainer
{
    /// <summary>What tokens within a word begin with.</summary>
    public const string Prefix = "##";

    /// <summary>Learns tokens: the characters, then merges by falling frequency.</summary>
    /// <param name="words">How often every word occurs.</param>
    /// <param name="size">The number of tokens to reach; more where there are more characters.</param>
    /// <param name="minimumCount">How often neighbours must occur.</param>
    public static IReadOnlyList<string> Train(IReadOnlyDictionary<string, long> words, int size, int minimumCount)
    {
        string[][] split =
            [.. words.Keys.Select(word => word.EnumerateRunes().Select((rune, i) => i == 0 ? $"{rune}" : $"{Prefix}{rune}").ToArray())];
        string[] alphabet = [.. split.SelectMany(parts => parts).Distinct().Order(StringComparer.Ordinal)];
        Dictionary<string, int> ids = alphabet.Index().ToDictionary(entry => entry.Item, entry => entry.Index, StringComparer.Ordinal);
        List<byte[]> tokens = BytePairTrainer.TrainWords([.. alphabet.Select(Encoding.UTF8.GetBytes)],
            split.Zip(words.Values, (parts, count) => (parts.Select(part => ids[part]).ToArray(), count)),
            Prefix.Length, size, minimumCount);
        return [.. tokens.Select(token => Encoding.UTF8.GetString(token))];
    }
}

using System.Text;
using ManagedTransformer.Tokenization.Models;

namespace ManagedTransformer.Tokenization;

/// <summary>
/// Learns the pieces of a Unigram model (Kudo, 2018): begins with frequent parts of words, estimates their probabilities by expectation
/// maximization, and drops those whose loss hurts least until the vocabulary is small enough. Single characters stay.
/// </summary>
internal sealed class UnigramTrainer
{
    private const int LongestPiece = 16, SeedFactor = 10, Rounds = 2;
    private const double Shrink = 0.75;

    private readonly (byte[] Text, long Count)[] _words;
    private List<(string Text, double Score)> _pieces;

    private UnigramTrainer(IReadOnlyDictionary<string, long> words, int size, IReadOnlyList<string> reserved)
    {
        _words = [.. words.OrderBy(word => word.Key, StringComparer.Ordinal)
            .Select(word => (Encoding.UTF8.GetBytes(word.Key), word.Value))];
        Dictionary<string, long> counts = new(StringComparer.Ordinal);
        foreach ((string word, long count) in words)
        {
            string[] runes = [.. word.EnumerateRunes().Select(rune => rune.ToString())];
            for (int start = 0; start < runes.Length; start++)
            {
                string part = "";
                for (int end = start; end < Math.Min(runes.Length, start + LongestPiece); end++)
                {
                    part += runes[end];
                    counts[part] = counts.GetValueOrDefault(part) + count;
                }
            }
        }

        foreach (string text in reserved)
        {
            counts.Remove(text);
        }

        IEnumerable<KeyValuePair<string, long>> longer = counts.Where(part => !IsCharacter(part.Key) && part.Value > 1)
            .OrderByDescending(part => part.Value * part.Key.Length).ThenBy(part => part.Key, StringComparer.Ordinal)
            .Take(SeedFactor * size);
        KeyValuePair<string, long>[] seeds = [.. counts.Where(part => IsCharacter(part.Key)), .. longer];
        double sum = seeds.Sum(part => (double)part.Value);
        _pieces = [.. seeds.Select(part => (part.Key, Math.Log(part.Value / sum)))];
    }

    /// <summary>Learns pieces with logarithms of their probabilities, the likeliest first.</summary>
    /// <param name="words">How often every word occurs.</param>
    /// <param name="size">The number of pieces to reach; more where there are more characters.</param>
    /// <param name="reserved">Texts that are tokens already and must not be pieces too.</param>
    public static IReadOnlyList<(string Text, double Score)> Train(IReadOnlyDictionary<string, long> words, int size,
        params IReadOnlyList<string> reserved)
    {
        UnigramTrainer trainer = new(words, size, reserved);
        while (true)
        {
            double[] expected = [];
            for (int round = 0; round < Rounds; round++)
            {
                expected = trainer.Estimate();
            }

            if (trainer._pieces.Count <= Math.Max(size, trainer._pieces.Count(piece => IsCharacter(piece.Text))))
            {
                break;
            }

            trainer.Prune(expected, size);
        }

        return [.. trainer._pieces.OrderByDescending(piece => piece.Score).ThenBy(piece => piece.Text, StringComparer.Ordinal)];
    }

    private static bool IsCharacter(string text) => Rune.TryGetRuneAt(text, 0, out Rune rune) && rune.Utf16SequenceLength == text.Length;

    private TokenIndex Index()
    {
        TokenMap map = new();
        for (int i = 0; i < _pieces.Count; i++)
        {
            map.Set(Encoding.UTF8.GetBytes(_pieces[i].Text), i);
        }

        return new TokenIndex(map);
    }

    // One step of expectation maximization: expected counts by forward and backward sums, probabilities from them.
    private double[] Estimate()
    {
        TokenIndex index = Index();
        double[] expected = new double[_pieces.Count];
        foreach ((byte[] text, long count) in _words)
        {
            double[] forward = new double[text.Length + 1], backward = new double[text.Length + 1];
            Array.Fill(forward, double.NegativeInfinity);
            Array.Fill(backward, double.NegativeInfinity);
            forward[0] = backward[^1] = 0;
            List<(int Start, int End, int Piece)> nodes = Nodes(text, index);
            foreach ((int start, int end, int piece) in nodes)
            {
                forward[end] = Add(forward[end], forward[start] + _pieces[piece].Score);
            }

            foreach ((int start, int end, int piece) in Enumerable.Reverse(nodes))
            {
                backward[start] = Add(backward[start], backward[end] + _pieces[piece].Score);
            }

            foreach ((int start, int end, int piece) in nodes)
            {
                expected[piece] += count * Math.Exp(forward[start] + _pieces[piece].Score + backward[end] - forward[^1]);
            }
        }

        double sum = expected.Sum();
        _pieces = [.. _pieces.Select((piece, i) => (piece.Text, Math.Log(Math.Max(expected[i], 1e-3) / sum)))];
        return expected;
    }

    private void Prune(double[] expected, int size)
    {
        TokenIndex index = Index();
        (string Text, double Score, double Loss)[] ranked = [.. _pieces.Select((piece, i) => (piece.Text, piece.Score,
            IsCharacter(piece.Text) ? double.PositiveInfinity : expected[i] * (piece.Score - BestWithout(i, index))))];
        int kept = Math.Max(size, (int)(ranked.Length * Shrink));
        int characters = ranked.Count(piece => double.IsPositiveInfinity(piece.Loss));
        _pieces =
        [
            .. ranked.OrderByDescending(piece => piece.Loss).ThenBy(piece => piece.Text, StringComparer.Ordinal)
                .Take(Math.Max(kept, characters)).Select(piece => (piece.Text, piece.Score)),
        ];
    }

    // The score of the best way to write a piece by others.
    private double BestWithout(int piece, TokenIndex index)
    {
        byte[] text = Encoding.UTF8.GetBytes(_pieces[piece].Text);
        double[] best = new double[text.Length + 1];
        Array.Fill(best, double.NegativeInfinity, 1, text.Length);
        foreach ((int start, int end, int part) in Nodes(text, index))
        {
            if (part != piece)
            {
                best[end] = Math.Max(best[end], best[start] + _pieces[part].Score);
            }
        }

        return best[^1];
    }

    // In the order of their starts.
    private static List<(int Start, int End, int Piece)> Nodes(byte[] text, TokenIndex index)
    {
        List<(int, int, int)> nodes = [];
        for (int start = 0; start < text.Length; start++)
        {
            if ((text[start] & 0xC0) == 0x80)
            {
                continue;
            }

            TokenWalk walk = index.Walk();
            for (int i = start; i < text.Length && walk.Step(text[i], out int token); i++)
            {
                if (token >= 0)
                {
                    nodes.Add((start, i + 1, token));
                }
            }
        }

        return nodes;
    }

    private static double Add(double a, double b) => double.IsNegativeInfinity(a) ? b
        : double.IsNegativeInfinity(b) ? a : Math.Max(a, b) + Math.Log(1 + Math.Exp(-Math.Abs(a - b)));
}

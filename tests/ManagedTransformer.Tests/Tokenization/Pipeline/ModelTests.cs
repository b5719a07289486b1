using System.Text;
using FsCheck.Xunit;
using ManagedTransformer.Tokenization.Models;
using Xunit;

namespace ManagedTransformer.Tests.Tokenization.Pipeline;

/// <summary>Models against plain twins.</summary>
public sealed class ModelTests
{
    private const string Letters = "abc";

    [Property(MaxTest = 300)]
    public void ScanAndQueueMergeAsThePlainAlgorithm(byte[] text, ushort[] pairs)
    {
        // Symbols 0 to 4, and pairs that make further ones.
        PairTable table = new(4);
        Dictionary<(int, int), (int Rank, int Result)> plain = [];
        for (int rank = 0; rank < pairs.Length; rank++)
        {
            (int left, int right) = (pairs[rank] % (5 + rank), pairs[rank] / 256 % (5 + rank));
            table.Set(left, right, rank, 5 + rank);
            plain[(left, right)] = (rank, 5 + rank);
        }

        List<int> expected = [.. text.Select(value => value % 5)];
        while (Enumerable.Range(0, Math.Max(expected.Count - 1, 0)).Where(i => plain.ContainsKey((expected[i], expected[i + 1])))
            .OrderBy(i => plain[(expected[i], expected[i + 1])].Rank).ThenBy(i => i).Cast<int?>().FirstOrDefault() is { } best)
        {
            expected[best] = plain[(expected[best], expected[best + 1])].Result;
            expected.RemoveAt(best + 1);
        }

        PairMerger scanned = new(), queued = new();
        foreach (byte value in text)
        {
            scanned.Add(value % 5);
            queued.Add(value % 5);
        }

        scanned.Scan(table);
        queued.Queue(table);
        Assert.Equal(expected, scanned.Symbols.ToArray());
        Assert.Equal(expected, queued.Symbols.ToArray());
    }

    [Property(MaxTest = 300)]
    public void UnigramFindsTheBestOfAllSegmentations(byte[] text, byte[] pieces)
    {
        TokenMap map = new();
        List<double> scores = [];
        foreach (byte piece in pieces)
        {
            string name = string.Concat(Enumerable.Range(0, 1 + piece % 3).Select(i => Letters[piece / (i * 4 + 3) % 3]));
            if (!map.TryGetId(Encoding.UTF8.GetBytes(name), out _))
            {
                map.Set(Encoding.UTF8.GetBytes(name), scores.Count);
                scores.Add(-1 - piece % 17 * 0.37);
            }
        }

        map.Set("?"u8, scores.Count);
        scores.Add(-9);
        map.Finish();
        string sample = string.Concat(text.Take(10).Select(value => Letters[value % 3]));
        if (sample.Length == 0)
        {
            return;
        }

        double unknown = scores.Min() - 10, best = double.NegativeInfinity;
        for (int cuts = 0; cuts < 1 << (sample.Length - 1); cuts++)
        {
            double sum = 0;
            for (int start = 0, end = 1; end <= sample.Length; end++)
            {
                if (end < sample.Length && (cuts >> (end - 1) & 1) == 0)
                {
                    continue;
                }

                sum += map.TryGetId(Encoding.UTF8.GetBytes(sample[start..end]), out int id) ? scores[id]
                    : end - start == 1 ? unknown : double.NegativeInfinity;
                start = end;
            }

            best = Math.Max(best, sum);
        }

        TokenSink sink = new(keepsTexts: true);
        new UnigramModel(map, [.. scores], scores.Count - 1, byteFallback: false).Tokenize(Encoding.UTF8.GetBytes(sample), sink);
        double found = 0;
        for (int i = 0; i < sink.Count; i++)
        {
            found += sink.Texts!.TryGetValue(i, out string? text2) ? unknown * text2.Length : scores[sink.Ids[i]];
        }

        Assert.Equal(best, found, 9);
    }

    [Property(MaxTest = 300)]
    public void WordPieceTakesTheLongestTokenEachTime(byte[] text, byte[] pieces)
    {
        TokenMap map = new();
        map.Set("[UNK]"u8, 0);
        foreach (byte piece in pieces)
        {
            string name = string.Concat(Enumerable.Range(0, 1 + piece % 3).Select(i => Letters[piece / (i * 4 + 3) % 3]));
            byte[] token = Encoding.UTF8.GetBytes(piece % 5 < 3 ? $"##{name}" : name);
            if (!map.TryGetId(token, out _))
            {
                map.Set(token, map.Count);
            }
        }

        map.Finish();
        string sample = string.Concat(text.Take(12).Select(value => Letters[value % 3]));
        if (sample.Length == 0)
        {
            return;
        }

        List<int> expected = [];
        for (int start = 0, end; start < sample.Length; start = end)
        {
            int id = -1;
            for (end = sample.Length; end > start; end--)
            {
                if (map.TryGetId(Encoding.UTF8.GetBytes((start > 0 ? "##" : "") + sample[start..end]), out id))
                {
                    break;
                }
            }

            if (id < 0)
            {
                expected = [0];
                break;
            }

            expected.Add(id);
        }

        const int most = 9;
        TokenSink sink = new(keepsTexts: false);
        new WordPieceModel(map, "[UNK]"u8.ToArray(), "##"u8, most).Tokenize(Encoding.UTF8.GetBytes(sample), sink);
        Assert.Equal(sample.Length > most ? [0] : expected, sink.Ids.ToArray());
    }

    [Property(MaxTest = 300)]
    public void AWalkFindsEveryTokenThatATextBeginsWith(byte[] text, byte[][] tokens)
    {
        TokenMap map = new();
        foreach (byte[] token in tokens.Where(token => token is { Length: > 0 }))
        {
            map.Set([.. token.Select(value => (byte)(value % 4 == 3 ? 255 : value % 4))], map.Count);
        }

        byte[] sample = [.. text.Select(value => (byte)(value % 4 == 3 ? 255 : value % 4))];
        TokenWalk walk = new TokenIndex(map).Walk();
        List<int> found = [];
        foreach (byte value in sample)
        {
            bool goesOn = walk.Step(value, out int token);
            if (token >= 0)
            {
                found.Add(token);
            }

            if (!goesOn)
            {
                break;
            }
        }

        IEnumerable<int> expected = Enumerable.Range(0, sample.Length + 1)
            .Select(length => map.TryGetId(sample.AsSpan(0, length), out int id) && length > 0 ? id : -1).Where(id => id >= 0);
        Assert.Equal(expected, found.Select(map.IdAt));
    }
}

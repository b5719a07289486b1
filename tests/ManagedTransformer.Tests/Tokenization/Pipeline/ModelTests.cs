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
    public void UnigramFindsTheBestOfAllPaths(byte[] text, byte[] pieces)
    {
        TokenMap map = new();
        List<double> scores = [];
        foreach (byte piece in pieces.Append((byte)1).Append((byte)2))
        {
            string name = string.Concat(Enumerable.Range(0, 1 + piece % 3).Select(i => Letters[piece / (i * 4 + 3) % 3]));
            if (map.Set(Encoding.UTF8.GetBytes(name), scores.Count))
            {
                scores.Add(-1 - piece % 17 * 0.37);
            }
            else
            {
                map.Set(Encoding.UTF8.GetBytes(name), scores.FindIndex(_ => true));
                return;
            }
        }

        map.Set("?"u8, scores.Count);
        scores.Add(-9);
        map.Finish();
        string sample = string.Concat(text.Take(12).Select(value => Letters[value % 3]));
        if (sample.Length == 0)
        {
            return;
        }

        double unknown = scores.Min() - 10;
        double[] best = [0, .. Enumerable.Repeat(double.NegativeInfinity, sample.Length)];
        for (int end = 1; end <= sample.Length; end++)
        {
            for (int start = 0; start < end; start++)
            {
                bool isPiece = map.TryGetId(Encoding.UTF8.GetBytes(sample[start..end]), out int id);
                double score = isPiece ? scores[id] : end - start == 1 ? unknown : double.NegativeInfinity;
                best[end] = Math.Max(best[end], best[start] + score);
            }
        }

        TokenSink sink = new(keepsTexts: true);
        new UnigramModel(map, [.. scores], scores.Count - 1, byteFallback: false).Tokenize(Encoding.UTF8.GetBytes(sample), sink);
        double found = 0;
        for (int i = 0; i < sink.Count; i++)
        {
            found += sink.Texts!.TryGetValue(i, out string? text2) ? unknown * text2.Length : scores[sink.Ids[i]];
        }

        Assert.Equal(best[^1], found, 9);
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

using System.Buffers;

namespace ManagedTransformer.Tokenization.Models;

/// <summary>
/// Unigram language model (Kudo, 2018): of all ways to put a text together from pieces the one with the highest sum of scores. Viterbi over
/// the bytes; a path replaces another only where it is better.
/// </summary>
internal sealed class UnigramModel : TokenModel
{
    private const double UnknownPenalty = 10;

    private readonly double[] _scores;
    private readonly int? _unknown;
    private readonly double _unknownScore;
    private readonly int[]? _byteTokens;
    private readonly TokenIndex _index;

    /// <summary>Creates the model.</summary>
    /// <param name="vocabulary">The pieces; ids are places in <paramref name="scores"/>.</param>
    /// <param name="scores">Logarithms of probabilities.</param>
    /// <param name="unknown">The id of what no piece has; null: such texts are refused.</param>
    /// <param name="byteFallback">Whether unknown text is written in bytes where they are in the vocabulary.</param>
    public UnigramModel(TokenMap vocabulary, double[] scores, int? unknown, bool byteFallback)
        : base(vocabulary)
    {
        (_scores, _unknown) = (scores, unknown);
        _unknownScore = scores.Min() - UnknownPenalty;
        _byteTokens = byteFallback ? ByteTokens(vocabulary) : null;
        _index = new TokenIndex(vocabulary);
    }

    /// <summary>The scores of the pieces, by id.</summary>
    public IReadOnlyList<double> Scores => _scores;

    /// <inheritdoc/>
    public override void Tokenize(ReadOnlySpan<byte> piece, TokenSink sink)
    {
        int length = piece.Length + 1;
        double[] best = ArrayPool<double>.Shared.Rent(length);
        int[] starts = ArrayPool<int>.Shared.Rent(length), ids = ArrayPool<int>.Shared.Rent(length);
        try
        {
            FindPath(piece, best, starts, ids);
            AddPath(piece, starts, ids, sink);
        }
        finally
        {
            ArrayPool<double>.Shared.Return(best);
            ArrayPool<int>.Shared.Return(starts);
            ArrayPool<int>.Shared.Return(ids);
        }
    }

    private void FindPath(ReadOnlySpan<byte> piece, double[] best, int[] starts, int[] ids)
    {
        starts.AsSpan(0, piece.Length + 1).Fill(-1);
        best[0] = 0;
        for (int start = 0; start < piece.Length;)
        {
            int character = LengthAt(piece, start);
            bool hasCharacter = false;
            TokenWalk walk = _index.Walk();
            for (int i = start; i < piece.Length && walk.Step(piece[i], out int token); i++)
            {
                if (token >= 0)
                {
                    int id = Vocabulary.IdAt(token);
                    Offer(i + 1, _scores[id], id, start, best, starts, ids);
                    hasCharacter |= i + 1 - start == character;
                }
            }

            if (!hasCharacter)
            {
                Offer(start + character, _unknownScore, _unknown ?? throw Unknown(piece[start..]), start, best, starts, ids);
            }

            start += character;
        }
    }

    private static void Offer(int end, double score, int id, int start, double[] best, int[] starts, int[] ids)
    {
        score += best[start];
        if (starts[end] < 0 || score > best[end])
        {
            (best[end], starts[end], ids[end]) = (score, start, id);
        }
    }

    // From the end to the start, then the other way round; neighbours that are unknown are one text.
    private void AddPath(ReadOnlySpan<byte> piece, int[] starts, int[] ids, TokenSink sink)
    {
        int count = 0, end = piece.Length;
        int[] ends = ArrayPool<int>.Shared.Rent(piece.Length + 1);
        while (end > 0)
        {
            ends[count++] = end;
            end = starts[end];
        }

        for (int i = count - 1, start = 0; i >= 0; i--)
        {
            int id = ids[ends[i]];
            if (id != _unknown)
            {
                sink.Add(id);
                start = ends[i];
                continue;
            }

            while (i > 0 && ids[ends[i - 1]] == _unknown)
            {
                i--;
            }

            AddUnknown(piece[start..ends[i]], sink);
            start = ends[i];
        }

        ArrayPool<int>.Shared.Return(ends);
    }

    private void AddUnknown(ReadOnlySpan<byte> text, TokenSink sink)
    {
        if (Vocabulary.TryGetId(text, out int known))
        {
            sink.Add(known);
        }
        else if (_byteTokens is not null && HasBytes(text, _byteTokens))
        {
            foreach (byte value in text)
            {
                sink.Add(_byteTokens[value]);
            }
        }
        else
        {
            sink.Add(_unknown!.Value, text);
        }
    }
}

using ManagedTransformer.Tokenization.Models;

namespace ManagedTransformer.Tokenization.SentencePiece;

/// <summary>Unigram as sentencepiece computes it: sums in single precision, pieces of users before all others.</summary>
internal sealed class SentencePieceUnigram : TokenModel
{
    private const float UnknownPenalty = 10, UserBonus = 0.1f;

    private readonly SentencePieceModel _model;
    private readonly TokenIndex _index;
    private readonly float[] _scores;
    private readonly float _unknownScore;
    private readonly int[]? _byteTokens;

    /// <summary>Creates the model.</summary>
    /// <param name="vocabulary">All pieces.</param>
    /// <param name="model">What the file says.</param>
    public SentencePieceUnigram(TokenMap vocabulary, SentencePieceModel model)
        : base(vocabulary)
    {
        _model = model;
        float[] normal = [.. model.Pieces.Where(piece => piece.Kind == PieceKind.Normal).Select(piece => piece.Score).DefaultIfEmpty(0)];
        (float least, float most) = (normal.Min(), normal.Max());
        _unknownScore = least - UnknownPenalty;
        _scores =
        [
            .. model.Pieces.Select(piece => piece.Kind == PieceKind.UserDefined ? piece.Text.Length * most - UserBonus : piece.Score),
        ];
        _index = new TokenIndex(vocabulary, i => model.Pieces[i].Kind is PieceKind.Normal or PieceKind.UserDefined);
        _byteTokens = model.HasByteFallback ? ByteTokens(vocabulary) : null;
    }

    /// <inheritdoc/>
    public override void Tokenize(ReadOnlySpan<byte> piece, TokenSink sink)
    {
        float[] best = new float[piece.Length + 1];
        int[] starts = new int[piece.Length + 1], ids = new int[piece.Length + 1];
        Array.Fill(starts, -1);
        for (int start = 0; start < piece.Length;)
        {
            int character = LengthAt(piece, start);
            bool hasCharacter = false;
            TokenWalk walk = _index.Walk();
            for (int i = start; i < piece.Length && walk.Step(piece[i], out int id); i++)
            {
                if (id >= 0)
                {
                    Offer(i + 1, _scores[id], id, start);
                    hasCharacter |= i + 1 - start == character;
                }
            }

            if (!hasCharacter)
            {
                Offer(start + character, _unknownScore, _model.UnknownId, start);
            }

            start += character;
        }

        SentencePieceOutput output = new(_model, _byteTokens, sink);
        List<int> ends = [];
        for (int end = piece.Length; end > 0; end = starts[end])
        {
            ends.Add(end);
        }

        for (int i = ends.Count - 1; i >= 0; i--)
        {
            output.Add(ids[ends[i]], piece, starts[ends[i]], ends[i]);
        }

        output.Finish(piece);

        void Offer(int end, float score, int id, int start)
        {
            score += best[start];
            if (starts[end] < 0 || score > best[end])
            {
                (best[end], starts[end], ids[end]) = (score, start, id);
            }
        }
    }
}

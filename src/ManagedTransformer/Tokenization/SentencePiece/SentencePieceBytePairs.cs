using ManagedTransformer.Tokenization.Models;

namespace ManagedTransformer.Tokenization.SentencePiece;

/// <summary>
/// Byte pair encoding as sentencepiece computes it: of all neighbours whose text together is a piece those of the highest score join first,
/// the leftmost of several. Pieces that are not used are taken apart again.
/// </summary>
internal sealed class SentencePieceBytePairs : TokenModel
{
    private readonly SentencePieceModel _model;
    private readonly TokenIndex _userDefined;
    private readonly int[]? _byteTokens;

    /// <summary>Creates the model.</summary>
    /// <param name="vocabulary">All pieces.</param>
    /// <param name="model">What the file says.</param>
    /// <param name="userDefined">The pieces of users.</param>
    public SentencePieceBytePairs(TokenMap vocabulary, SentencePieceModel model, TokenIndex userDefined)
        : base(vocabulary)
    {
        (_model, _userDefined) = (model, userDefined);
        _byteTokens = model.HasByteFallback ? ByteTokens(vocabulary) : null;
    }

    /// <inheritdoc/>
    public override void Tokenize(ReadOnlySpan<byte> piece, TokenSink sink)
    {
        List<Symbol> symbols = [];
        for (int i = 0; i < piece.Length;)
        {
            int user = UserPieces.LengthAt(_userDefined, piece[i..]);
            int end = i + (user > 0 ? user : LengthAt(piece, i));
            symbols.Add(new(i, end, symbols.Count - 1, symbols.Count + 1, user > 0));
            i = end;
        }

        Dictionary<int, List<(int Start, int Middle, int End)>> parts = [];
        PriorityQueue<(int Left, int Start, int End, int Id), (float, int)> queue = new();
        for (int i = 0; i + 1 < symbols.Count; i++)
        {
            Offer(piece, i, i + 1);
        }

        while (queue.TryDequeue(out (int Left, int Start, int End, int Id) best, out _))
        {
            Symbol left = symbols[best.Left];
            if (left.End < 0 || left.Start != best.Start || left.Next >= symbols.Count || symbols[left.Next].End != best.End)
            {
                continue;
            }

            Symbol right = symbols[left.Next];
            symbols[left.Next] = right with { End = -1 };
            symbols[best.Left] = left with { End = right.End, Next = right.Next };
            if (right.Next < symbols.Count)
            {
                symbols[right.Next] = symbols[right.Next] with { Before = best.Left };
                Offer(piece, best.Left, right.Next);
            }

            if (left.Before >= 0)
            {
                Offer(piece, left.Before, best.Left);
            }
        }

        SentencePieceOutput output = new(_model, _byteTokens, sink);
        for (int i = 0; i < symbols.Count; i = symbols[i].Next)
        {
            Write(piece, symbols[i].Start, symbols[i].End, parts, output);
        }

        output.Finish(piece);

        void Offer(ReadOnlySpan<byte> text, int left, int right)
        {
            (Symbol a, Symbol b) = (symbols[left], symbols[right]);
            if (a.IsFixed || b.IsFixed || !Vocabulary.TryGetId(text[a.Start..b.End], out int id)
                || _model.Pieces[id].Kind is not (PieceKind.Normal or PieceKind.Unused or PieceKind.UserDefined))
            {
                return;
            }

            if (_model.Pieces[id].Kind == PieceKind.Unused)
            {
                (parts.TryGetValue(id, out List<(int, int, int)>? known) ? known : parts[id] = []).Add((a.Start, a.End, b.End));
            }

            queue.Enqueue((left, a.Start, b.End, id), (-_model.Pieces[id].Score, left));
        }
    }

    // The parts of an unused piece are those from which it was offered last, at any place of the text.
    private void Write(ReadOnlySpan<byte> text, int start, int end, Dictionary<int, List<(int Start, int Middle, int End)>> parts,
        SentencePieceOutput output)
    {
        Stack<(int Start, int End)> left = new([(start, end)]);
        while (left.TryPop(out (int Start, int End) span))
        {
            bool isPiece = Vocabulary.TryGetId(text[span.Start..span.End], out int id);
            PieceKind kind = isPiece ? _model.Pieces[id].Kind : PieceKind.Unknown;
            if (kind == PieceKind.Unused && parts.TryGetValue(id, out List<(int Start, int Middle, int End)>? made))
            {
                (int partStart, int middle, int _) = made[^1];
                left.Push((span.Start + middle - partStart, span.End));
                left.Push((span.Start, span.Start + middle - partStart));
                continue;
            }

            output.Add(kind is PieceKind.Normal or PieceKind.UserDefined or PieceKind.Unused ? id : _model.UnknownId,
                text, span.Start, span.End);
        }
    }

    private readonly record struct Symbol(int Start, int End, int Before, int Next, bool IsFixed);
}

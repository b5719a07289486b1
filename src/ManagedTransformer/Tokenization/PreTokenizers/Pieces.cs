using ManagedTransformer.Tokenization.Patterns;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.PreTokenizers;

/// <summary>A text in UTF-8 and the pieces that it was split into so far.</summary>
internal sealed class Pieces
{
    private ByteBuffer _bytes = new();
    private ByteBuffer _spareBytes = new();
    private List<Piece> _list = [];
    private List<Piece> _spareList = [];

    /// <summary>The text.</summary>
    public ReadOnlySpan<byte> Text => _bytes.Span;

    /// <summary>The pieces in order, none of them empty.</summary>
    public IReadOnlyList<Piece> List => _list;

    /// <summary>The steps that patterns may take.</summary>
    public PatternBudget Budget { get; private set; } = new(0);

    /// <summary>Starts with one piece.</summary>
    public void Reset(ReadOnlySpan<byte> text, bool isFirst, PatternBudget budget)
    {
        _bytes.Limit = _spareBytes.Limit = budget.MostBytes;
        _bytes.Truncate(0);
        _bytes.Add(text);
        _list.Clear();
        Budget = budget;
        if (!text.IsEmpty)
        {
            _list.Add(new(0, text.Length, isFirst));
        }
    }

    /// <summary>The bytes of a piece.</summary>
    public ReadOnlySpan<byte> this[Piece piece] => _bytes.Span[piece.Start..piece.End];

    /// <summary>Splits every piece by a pattern.</summary>
    public void Split(Pattern pattern, SplitBehavior behavior, bool invert = false)
    {
        _spareList.Clear();
        foreach (Piece piece in _list)
        {
            SplitOutput output = new(_spareList, piece, behavior);
            ReadOnlySpan<byte> text = this[piece];
            PatternSearch search = new(pattern, Budget);
            int last = 0;
            while (search.Next(text))
            {
                if (search.Start > last)
                {
                    output.Add(last, search.Start, invert);
                }

                output.Add(search.Start, search.End, !invert);
                last = search.End;
            }

            if (last < text.Length)
            {
                output.Add(last, text.Length, invert);
            }

            output.Finish();
        }

        (_list, _spareList) = (_spareList, _list);
    }

    /// <summary>Writes every piece anew.</summary>
    /// <param name="write">Gets the bytes of a piece and the piece, and appends what becomes of it.</param>
    public void Rewrite(PieceWriter write)
    {
        _spareList.Clear();
        _spareBytes.Truncate(0);
        foreach (Piece piece in _list)
        {
            int start = _spareBytes.Length;
            write(this[piece], piece.IsFirst, _spareBytes);
            if (_spareBytes.Length > start)
            {
                _spareList.Add(piece with { Start = start, End = _spareBytes.Length });
            }
        }

        (_list, _spareList) = (_spareList, _list);
        (_bytes, _spareBytes) = (_spareBytes, _bytes);
    }
}

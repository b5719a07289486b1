using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Models;

/// <summary>WordPiece (Schuster and Nakajima, 2012): the longest token again and again, with a prefix from the second on.</summary>
internal sealed class WordPieceModel : TokenModel
{
    private readonly byte[] _unknown;
    private readonly int _mostCharacters;
    private readonly TokenIndex _index;
    private readonly TokenWalk _behindPrefix;
    private readonly bool _hasPrefix = true;

    /// <summary>Creates the model.</summary>
    /// <param name="vocabulary">The tokens.</param>
    /// <param name="unknown">The token of pieces that cannot be put together.</param>
    /// <param name="prefix">What tokens within a word begin with.</param>
    /// <param name="mostCharacters">Longer pieces are unknown.</param>
    public WordPieceModel(TokenMap vocabulary, byte[] unknown, ReadOnlySpan<byte> prefix, int mostCharacters)
        : base(vocabulary)
    {
        (_unknown, _mostCharacters) = (unknown, mostCharacters);
        _index = new TokenIndex(vocabulary);
        _behindPrefix = _index.Walk();
        foreach (byte value in prefix)
        {
            _hasPrefix &= _behindPrefix.Step(value, out _);
        }
    }

    /// <inheritdoc/>
    public override void Tokenize(ReadOnlySpan<byte> piece, TokenSink sink)
    {
        Span<int> ids = piece.Length <= 256 ? stackalloc int[piece.Length] : new int[piece.Length];
        int count = Utf8.Count(piece) > _mostCharacters ? -1 : Split(piece, ids);
        if (count >= 0)
        {
            sink.Add(ids[..count]);
        }
        else
        {
            sink.Add(Vocabulary.TryGetId(_unknown, out int unknown) ? unknown : throw Unknown(piece));
        }
    }

    private int Split(ReadOnlySpan<byte> piece, Span<int> ids)
    {
        int count = 0;
        for (int start = 0; start < piece.Length; count++)
        {
            if (start > 0 && !_hasPrefix)
            {
                return -1;
            }

            int end = start;
            TokenWalk walk = start > 0 ? _behindPrefix : _index.Walk();
            for (int i = start; i < piece.Length && walk.Step(piece[i], out int token); i++)
            {
                if (token >= 0)
                {
                    (end, ids[count]) = (i + 1, Vocabulary.IdAt(token));
                }
            }

            if (end == start)
            {
                return -1;
            }

            start = end;
        }

        return count;
    }
}

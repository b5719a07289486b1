using ManagedTransformer.Tokenization.Models;

namespace ManagedTransformer.Tokenization.SentencePiece;

/// <summary>Takes pieces in order: writes unknown text in bytes where there are some, otherwise joins neighbours.</summary>
/// <param name="model">The model.</param>
/// <param name="byteTokens">The tokens of bytes; null for none.</param>
/// <param name="sink">Receives the tokens.</param>
internal sealed class SentencePieceOutput(SentencePieceModel model, int[]? byteTokens, TokenSink sink)
{
    private int _unknownStart = -1, _unknownEnd;

    /// <summary>Takes a piece.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="text">The whole text.</param>
    /// <param name="start">Where it begins.</param>
    /// <param name="end">Where it ends.</param>
    public void Add(int id, ReadOnlySpan<byte> text, int start, int end)
    {
        if (id != model.UnknownId)
        {
            Finish(text);
            sink.Add(id);
            return;
        }

        if (byteTokens is not null)
        {
            foreach (byte value in text[start..end])
            {
                sink.Add(byteTokens[value] >= 0 ? byteTokens[value] : model.UnknownId);
            }

            return;
        }

        _unknownStart = _unknownStart < 0 ? start : _unknownStart;
        _unknownEnd = end;
    }

    /// <summary>Writes what is left.</summary>
    public void Finish(ReadOnlySpan<byte> text)
    {
        if (_unknownStart >= 0)
        {
            sink.Add(model.UnknownId, text[_unknownStart.._unknownEnd]);
            _unknownStart = -1;
        }
    }
}

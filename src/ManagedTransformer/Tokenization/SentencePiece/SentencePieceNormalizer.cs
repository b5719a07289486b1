using ManagedTransformer.Tokenization.Models;
using ManagedTransformer.Tokenization.Normalizers;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.SentencePiece;

/// <summary>Normalizes as sentencepiece does: the map by longest beginnings, spaces removed, a mark in front and for every space.</summary>
/// <param name="model">The model.</param>
/// <param name="userDefined">The pieces that no map changes.</param>
internal sealed class SentencePieceNormalizer(SentencePieceModel model, TokenIndex userDefined) : Normalizer
{
    private readonly byte[] _mark = model.EscapesSpaces ? [0xE2, 0x96, 0x81] : [(byte)' '];

    /// <inheritdoc/>
    public override void Append(ReadOnlySpan<byte> text, ByteBuffer output)
    {
        ByteBuffer mapped = new(text.Length);
        for (int i = 0; i < text.Length;)
        {
            Utf8.Read(text, i, out int length);
            if (UserPieces.LengthAt(userDefined, text[i..]) is > 0 and int piece)
            {
                mapped.Add(text.Slice(i, piece));
                length = piece;
            }
            else if (model.Characters?.TryFind(text[i..], isLongest: true, out int found, out ReadOnlySpan<byte> replacement) == true)
            {
                mapped.Add(replacement);
                length = found;
            }
            else
            {
                mapped.Add(text.Slice(i, length));
            }

            i += length;
        }

        AppendSpaced(mapped.Span, output);
    }

    private void AppendSpaced(ReadOnlySpan<byte> text, ByteBuffer output)
    {
        if (model.RemovesSpaces)
        {
            text = text.Trim((byte)' ');
        }

        if (text.IsEmpty)
        {
            return;
        }

        if (model.AddsPrefix)
        {
            output.Add(_mark);
        }

        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] != ' ')
            {
                output.Add(text[i]);
            }
            else if (!model.RemovesSpaces || text[i - 1] != ' ')
            {
                output.Add(_mark);
            }
        }
    }
}

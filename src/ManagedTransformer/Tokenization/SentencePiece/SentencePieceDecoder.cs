using System.Text;
using ManagedTransformer.Tokenization.Decoders;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.SentencePiece;

/// <summary>Decodes as sentencepiece does: control pieces give nothing, bytes are joined, marks are spaces.</summary>
internal sealed class SentencePieceDecoder : TokenDecoder
{
    private const string Mark = "\u2581";

    private readonly SentencePieceModel _model;
    private readonly Dictionary<string, PieceKind> _kinds = new(StringComparer.Ordinal);

    /// <summary>Creates the decoder.</summary>
    /// <param name="model">The model.</param>
    public SentencePieceDecoder(SentencePieceModel model)
    {
        _model = model;
        foreach ((byte[] text, float _, PieceKind kind) in model.Pieces)
        {
            if (kind is not (PieceKind.Control or PieceKind.Unknown or PieceKind.Byte))
            {
                continue;
            }

            _kinds[Encoding.UTF8.GetString(text)] = kind;
        }
    }

    /// <inheritdoc/>
    public override void Apply(List<string> tokens)
    {
        ByteBuffer output = new();
        bool isAtStart = true;
        foreach (string token in tokens)
        {
            switch (_kinds.GetValueOrDefault(token, PieceKind.Normal))
            {
                case PieceKind.Control:
                    continue;
                case PieceKind.Byte when ByteFallbackDecoder.ByteOf(token) is { } value:
                    output.Add(value);
                    break;
                case PieceKind.Unknown:
                    output.Add(Encoding.UTF8.GetBytes(_model.UnknownSurface));
                    break;
                default:
                    string text = token;
                    if (isAtStart && (_model.AddsPrefix || _model.RemovesSpaces) && text.StartsWith(Mark, StringComparison.Ordinal))
                    {
                        text = text[Mark.Length..];
                    }

                    output.Add(Encoding.UTF8.GetBytes(text.Replace(Mark, " ", StringComparison.Ordinal)));
                    break;
            }

            isAtStart = isAtStart && _model.RemovesSpaces && output.Length == 0;
        }

        tokens.Clear();
        tokens.Add(Encoding.UTF8.GetString(output.Span));
    }
}

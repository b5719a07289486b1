using System.Text;
using ManagedTransformer.Tokenization.Normalizers;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.SentencePiece;

/// <summary>Reads a sentencepiece <c>.model</c>.</summary>
internal static class SentencePieceReader
{
    private const int MostPieces = 1 << 20, UnigramType = 1, BytePairType = 2;

    /// <summary>Reads a model.</summary>
    /// <param name="bytes">The file.</param>
    /// <param name="path">Its name, for errors.</param>
    /// <exception cref="InputException">It is damaged or of a kind that is not supported.</exception>
    public static SentencePieceModel Read(ReadOnlySpan<byte> bytes, string path)
    {
        try
        {
            return Read(bytes);
        }
        catch (FormatException e)
        {
            throw new InputException($"The sentencepiece model '{path}' {e.Message}.", e);
        }
    }

    private static SentencePieceModel Read(ReadOnlySpan<byte> bytes)
    {
        List<(byte[], float, PieceKind)> pieces = [];
        HashSet<byte[]> texts = new(ByteSequenceComparer.Instance);
        SentencePieceModel model = new() { Pieces = pieces };
        ProtobufReader reader = new(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    (byte[] Text, float, PieceKind) piece = ReadPiece(reader.Content);
                    if (!texts.Add(piece.Text))
                    {
                        throw new FormatException($"has the piece '{Encoding.UTF8.GetString(piece.Text)}' twice");
                    }

                    pieces.Add(piece);
                    break;
                case 2:
                    model = ReadTrainer(reader.Content, model);
                    break;
                case 3:
                    model = ReadNormalizer(reader.Content, model);
                    break;
            }

            if (pieces.Count > MostPieces)
            {
                throw new FormatException($"has more than {MostPieces:N0} pieces");
            }
        }

        int unknown = pieces.FindIndex(piece => piece.Item3 == PieceKind.Unknown);
        return pieces.Count == 0 ? throw new FormatException("has no pieces")
            : unknown < 0 ? throw new FormatException("has no piece for unknown text")
            : model with { UnknownId = unknown };
    }

    private static (byte[] Text, float Score, PieceKind Kind) ReadPiece(ReadOnlySpan<byte> bytes)
    {
        byte[] text = [];
        float score = 0;
        PieceKind kind = PieceKind.Normal;
        ProtobufReader reader = new(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 1:
                    text = reader.Content.ToArray();
                    break;
                case 2:
                    score = reader.Real;
                    break;
                case 3:
                    kind = reader.Number is >= 1 and <= 6
                        ? (PieceKind)reader.Number
                        : throw new FormatException($"has a piece of the unknown type {reader.Number}");
                    break;
            }
        }

        return text.Length == 0 ? throw new FormatException("has an empty piece")
            : !System.Text.Unicode.Utf8.IsValid(text) ? throw new FormatException("has a piece that is not UTF-8")
            : !float.IsFinite(score) ? throw new FormatException($"has the score {score} for '{Encoding.UTF8.GetString(text)}'")
            : (text, score, kind);
    }

    private static SentencePieceModel ReadTrainer(ReadOnlySpan<byte> bytes, SentencePieceModel model)
    {
        ProtobufReader reader = new(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 3:
                    model = reader.Number is UnigramType or BytePairType
                        ? model with { IsBytePair = reader.Number == BytePairType }
                        : throw new FormatException($"is of the type {reader.Number}; only Unigram (1) and BPE (2) are supported");
                    break;
                case 24 when reader.Number != 0:
                    throw new FormatException("has treat_whitespace_as_suffix, which is not supported");
                case 35:
                    model = model with { HasByteFallback = reader.Number != 0 };
                    break;
                case 44:
                    model = model with { UnknownSurface = Encoding.UTF8.GetString(reader.Content) };
                    break;
            }
        }

        return model;
    }

    private static SentencePieceModel ReadNormalizer(ReadOnlySpan<byte> bytes, SentencePieceModel model)
    {
        ProtobufReader reader = new(bytes);
        while (reader.Next())
        {
            switch (reader.Field)
            {
                case 2 when !reader.Content.IsEmpty:
                    model = model with { Characters = ReadMap(reader.Content) };
                    break;
                case 3:
                    model = model with { AddsPrefix = reader.Number != 0 };
                    break;
                case 4:
                    model = model with { RemovesSpaces = reader.Number != 0 };
                    break;
                case 5:
                    model = model with { EscapesSpaces = reader.Number != 0 };
                    break;
            }
        }

        return model;
    }

    private static CharacterMap ReadMap(ReadOnlySpan<byte> bytes)
    {
        try
        {
            return new CharacterMap(bytes);
        }
        catch (FormatException e)
        {
            throw new FormatException($"has a precompiled_charsmap that {e.Message}", e);
        }
    }
}

using System.Buffers;
using System.Text;

namespace ManagedTransformer.Tokenization;

/// <summary>Helpers that all tokenizers share: decoding by pieces, and walking through UTF-8.</summary>
internal static class TokenizerText
{
    public static string Decode(ITokenizer tokenizer, ReadOnlySpan<int> ids)
    {
        var utf8 = new ArrayBufferWriter<byte>();
        int previous = -1;
        foreach (int id in ids)
        {
            tokenizer.AppendUtf8(id, previous, utf8);
            previous = id;
        }

        return Encoding.UTF8.GetString(utf8.WrittenSpan);
    }

    /// <summary>The UTF-8 form of a text.</summary>
    public static byte[] ToUtf8(ReadOnlySpan<char> text)
    {
        byte[] utf8 = new byte[Encoding.UTF8.GetByteCount(text)];
        Encoding.UTF8.GetBytes(text, utf8);
        return utf8;
    }

    /// <summary>The code point at an offset of UTF-8 text.</summary>
    /// <exception cref="InputException">The bytes there are not valid UTF-8.</exception>
    public static Rune ReadRune(ReadOnlySpan<byte> utf8, int offset, out int length)
    {
        if (Rune.DecodeFromUtf8(utf8[offset..], out Rune rune, out length) != OperationStatus.Done)
        {
            throw new InputException($"The text is not valid UTF-8 at byte offset {offset} (byte 0x{utf8[offset]:X2}).");
        }

        return rune;
    }

    /// <summary>A code point as error messages name it.</summary>
    public static string Name(Rune rune) =>
        Rune.IsControl(rune) || Rune.IsWhiteSpace(rune) ? $"U+{rune.Value:X4}" : $"'{rune}' (U+{rune.Value:X4})";

    /// <summary>Checks that an id lies within a vocabulary.</summary>
    public static void RequireId(int id, int vocabularySize)
    {
        if ((uint)id >= (uint)vocabularySize)
        {
            throw new ArgumentOutOfRangeException(nameof(id), id, $"The id lies outside the vocabulary of {vocabularySize}.");
        }
    }
}

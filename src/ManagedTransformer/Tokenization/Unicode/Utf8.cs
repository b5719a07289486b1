using System.Text;

namespace ManagedTransformer.Tokenization.Unicode;

/// <summary>Walks through UTF-8 by code points. Every byte that is part of no character counts as U+FFFD.</summary>
internal static class Utf8
{
    private const int MostBytes = 4;

    /// <summary>The code point at an offset, and its length in bytes.</summary>
    public static int Read(ReadOnlySpan<byte> text, int offset, out int length)
    {
        int lead = text[offset];
        if (lead < 0x80)
        {
            length = 1;
            return lead;
        }

        int left = text.Length - offset;
        if (lead < 0xE0)
        {
            length = 2;
            if (left >= 2 && lead >= 0xC2 && (text[offset + 1] & 0xC0) == 0x80)
            {
                return (lead & 31) << 6 | (text[offset + 1] & 0x3F);
            }
        }
        else if (lead < 0xF0)
        {
            length = 3;
            if (left >= 3 && (text[offset + 1] & 0xC0) == 0x80 && (text[offset + 2] & 0xC0) == 0x80
                && ((lead & 15) << 12 | (text[offset + 1] & 0x3F) << 6 | (text[offset + 2] & 0x3F)) is >= 0x800 and int codePoint)
            {
                return codePoint;
            }
        }
        else
        {
            length = 4;
            if (left >= 4 && (text[offset + 1] & 0xC0) == 0x80 && (text[offset + 2] & 0xC0) == 0x80 && (text[offset + 3] & 0xC0) == 0x80
                && ((lead & 15) << 18 | (text[offset + 1] & 0x3F) << 12 | (text[offset + 2] & 0x3F) << 6 | (text[offset + 3] & 0x3F))
                    is >= 0x10000 and < CodePointSet.Limit and int codePoint)
            {
                return codePoint;
            }
        }

        length = 1;
        return Rune.ReplacementChar.Value;
    }

    /// <summary>The offset of the code point before an offset above 0: where <see cref="Read"/> begins that ends there.</summary>
    public static int Before(ReadOnlySpan<byte> text, int offset)
    {
        int start = offset - 1, least = Math.Max(0, offset - MostBytes);
        while (start > least && (text[start] & 0xC0) == 0x80)
        {
            start--;
        }

        // Bytes that are part of no character count alone.
        Read(text, start, out int length);
        return start + length == offset ? start : offset - 1;
    }

    /// <summary>The number of code points.</summary>
    public static int Count(ReadOnlySpan<byte> text)
    {
        int count = 0;
        foreach (byte b in text)
        {
            count += (b & 0xC0) == 0x80 ? 0 : 1;
        }

        return count;
    }

    /// <summary>The text itself where it is valid, otherwise a copy with U+FFFD for every maximal part that is not.</summary>
    public static ReadOnlySpan<byte> Repair(ReadOnlySpan<byte> text) =>
        System.Text.Unicode.Utf8.IsValid(text) ? text : Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text));
}

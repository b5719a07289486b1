using System.Text;

namespace ManagedTransformer.Tokenization.Unicode;

/// <summary>Walks through UTF-8 by code points. The texts are valid; on others it neither fails nor leaves the span.</summary>
internal static class Utf8
{
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
        if (lead >= 0xF0 && left >= 4)
        {
            length = 4;
            return (lead & 7) << 18 | (text[offset + 1] & 0x3F) << 12 | (text[offset + 2] & 0x3F) << 6 | (text[offset + 3] & 0x3F);
        }

        if (lead is >= 0xE0 and < 0xF0 && left >= 3)
        {
            length = 3;
            return (lead & 15) << 12 | (text[offset + 1] & 0x3F) << 6 | (text[offset + 2] & 0x3F);
        }

        if (lead is >= 0xC0 and < 0xE0 && left >= 2)
        {
            length = 2;
            return (lead & 31) << 6 | (text[offset + 1] & 0x3F);
        }

        length = 1;
        return Rune.ReplacementChar.Value;
    }

    /// <summary>The offset of the code point before an offset above 0.</summary>
    public static int Before(ReadOnlySpan<byte> text, int offset)
    {
        offset--;
        while (offset > 0 && (text[offset] & 0xC0) == 0x80)
        {
            offset--;
        }

        return offset;
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

namespace ManagedTransformer.Tokenization.Unicode;

/// <summary>
/// GPT-2's visible alphabet for bytes: printable Latin-1 characters stand for themselves, every other byte for a character from U+0100 on,
/// so that token files are plain text without spaces and control characters (Radford et al., 2019, encoder.py).
/// </summary>
internal static class ByteAlphabet
{
    private static readonly char[] _toChars = new char[256];

    private static readonly Dictionary<char, byte> _toBytes = [];

    static ByteAlphabet()
    {
        int shifted = 0;
        for (int b = 0; b < 256; b++)
        {
            char c = b is >= 0x21 and <= 0x7E or >= 0xA1 and <= 0xAC or >= 0xAE ? (char)b : (char)(256 + shifted++);
            _toChars[b] = c;
            _toBytes[c] = (byte)b;
        }

        Order = [.. _toBytes.OrderBy(p => p.Key).Select(p => p.Value)];
    }

    /// <summary>All bytes in the order of their characters: the order of the first 256 ids of GPT-2.</summary>
    public static IReadOnlyList<byte> Order { get; }

    /// <summary>The visible form of bytes.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes)
    {
        char[] text = new char[bytes.Length];
        for (int i = 0; i < text.Length; i++)
        {
            text[i] = _toChars[bytes[i]];
        }

        return new(text);
    }

    /// <summary>The bytes of a visible form.</summary>
    public static bool TryDecode(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        for (int i = 0; i < text.Length; i++)
        {
            if (!_toBytes.TryGetValue(text[i], out bytes[i]))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Appends the visible form of bytes in UTF-8.</summary>
    public static void Append(ReadOnlySpan<byte> bytes, ByteBuffer output)
    {
        foreach (byte value in bytes)
        {
            output.AddCodePoint(_toChars[value]);
        }
    }

    /// <summary>The byte that a character stands for; -1 for none.</summary>
    public static int ByteOf(int codePoint) => codePoint < 0x10000 && _toBytes.TryGetValue((char)codePoint, out byte value) ? value : -1;

    /// <summary>The character of a byte.</summary>
    public static char CharacterOf(byte value) => _toChars[value];
}

using System.Text;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Values;

/// <summary>Strings as Python has them: characters are code points, and white space is somewhat more than in .NET.</summary>
internal static class CodePoints
{
    /// <summary>How many characters a string has.</summary>
    public static long Count(string text)
    {
        long count = 0;
        foreach (Rune _ in text.EnumerateRunes())
        {
            count++;
        }

        return count;
    }

    /// <summary>The characters of a string.</summary>
    public static IReadOnlyList<object?> Of(string text) => [.. text.EnumerateRunes().Select(rune => (object?)rune.ToString())];

    /// <summary>Negative, zero or positive, as a is below, equal to or above b.</summary>
    public static int Compare(string? a, string? b)
    {
        int i = 0, end = Math.Min(a!.Length, b!.Length);
        while (i < end && a[i] == b[i])
        {
            i++;
        }

        // Halves of characters beyond U+FFFF are numbers below U+FFFF, and yet the characters stand above it.
        return i == end ? a.Length - b.Length
            : char.IsSurrogate(a[i]) != char.IsSurrogate(b[i]) ? (char.IsSurrogate(a[i]) ? 1 : -1) : a[i] - b[i];
    }

    /// <summary>Whether a character is white space.</summary>
    public static bool IsSpace(char c) => char.IsWhiteSpace(c) || c is >= '\x1c' and <= '\x1f';

    /// <summary>A string without certain characters at its ends.</summary>
    /// <param name="text">The string.</param>
    /// <param name="characters">The characters; null for white space.</param>
    /// <param name="atStart">Whether they go at the start.</param>
    /// <param name="atEnd">Whether they go at the end.</param>
    public static string Strip(string text, string? characters, bool atStart, bool atEnd)
    {
        int start = 0, end = text.Length;
        HashSet<Rune>? set = characters is null ? null : [.. characters.EnumerateRunes()];
        while (atStart && start < end && Rune.DecodeFromUtf16(text.AsSpan(start, end - start), out Rune rune, out int length) >= 0
            && IsIn(rune))
        {
            start += length;
        }

        while (atEnd && start < end && Rune.DecodeLastFromUtf16(text.AsSpan(start, end - start), out Rune rune, out int length) >= 0
            && IsIn(rune))
        {
            end -= length;
        }

        return text[start..end];

        bool IsIn(Rune rune) => set?.Contains(rune) ?? (rune.IsBmp && IsSpace((char)rune.Value));
    }

    /// <summary>The words between white space.</summary>
    /// <param name="text">The string.</param>
    /// <param name="most">How often it is divided at most; what is left is the last one.</param>
    public static List<string> Words(string text, long most)
    {
        List<string> words = [];
        int i = 0;
        while (true)
        {
            while (i < text.Length && IsSpace(text[i]))
            {
                i++;
            }

            if (i == text.Length)
            {
                return words;
            }

            if (words.Count == most)
            {
                words.Add(text[i..]);
                return words;
            }

            int start = i;
            while (i < text.Length && !IsSpace(text[i]))
            {
                i++;
            }

            words.Add(text[start..i]);
        }
    }

    /// <summary>The lines of a string, without what ends them.</summary>
    public static List<string> Lines(string text)
    {
        List<string> lines = [];
        int start = 0;
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] is '\n' or '\r' or '\v' or '\f' or (>= '\x1c' and <= '\x1e') or '\x85' or '\u2028' or '\u2029')
            {
                lines.Add(text[start..i]);
                i += text[i] == '\r' && i + 1 < text.Length && text[i + 1] == '\n' ? 1 : 0;
                start = i + 1;
            }
        }

        if (start < text.Length)
        {
            lines.Add(text[start..]);
        }

        return lines;
    }
}

using System.Text;

namespace ManagedTransformer.Data.Text;

/// <summary>Counts what losses per character and per word divide by, whatever the tokenizer, and tells numbers of tokens.</summary>
internal static class TextSize
{
    /// <summary>A number of tokens, for a sentence.</summary>
    /// <param name="count">How many.</param>
    public static string Tokens(long count) => count == 1 ? "1 token" : $"{count} tokens";

    /// <summary>The number of code points of a text. Byte-level results count bytes instead.</summary>
    /// <param name="utf8">The text in UTF-8.</param>
    public static long CountCharacters(ReadOnlySpan<byte> utf8)
    {
        long count = 0;
        foreach (byte b in utf8)
        {
            count += (b & 0xC0) == 0x80 ? 0 : 1;
        }

        return count;
    }

    /// <summary>The number of words of a text: what stands between white space.</summary>
    /// <param name="utf8">The text in UTF-8.</param>
    /// <param name="countNewlines">Whether every newline counts as a word too, as where end-of-line tokens are scored.</param>
    public static long CountWords(ReadOnlySpan<byte> utf8, bool countNewlines = false)
    {
        long count = 0;
        bool inWord = false;
        for (int length; !utf8.IsEmpty; utf8 = utf8[length..])
        {
            _ = Rune.DecodeFromUtf8(utf8, out Rune rune, out length);
            bool space = Rune.IsWhiteSpace(rune);
            if (!space && !inWord || countNewlines && rune.Value == '\n')
            {
                count++;
            }

            inWord = !space;
        }

        return count;
    }
}

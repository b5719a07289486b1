using System.Text;

namespace ManagedTransformer.Tokenization;

/// <summary>
/// Splits UTF-8 text the way GPT-2 does before it merges bytes; the pieces together are the text:
/// <c>'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+</c>. Bytes that are not valid UTF-8 count as symbols.
/// </summary>
internal static class WordSplitter
{
    private enum Kind : byte
    {
        Symbol,
        Letter,
        Number,
        Space,
    }

    private static readonly Kind[] _ascii = [.. Enumerable.Range(0, 128).Select(c => Classify(new Rune(c)))];

    /// <summary>The length of the piece at the start of a text that is not empty.</summary>
    public static int NextLength(ReadOnlySpan<byte> text)
    {
        if (text[0] == '\'' && ContractionLength(text) is > 0 and int contraction)
        {
            return contraction;
        }

        Kind kind = KindAt(text, out int length);
        if (text[0] == ' ' && text.Length > 1 && KindAt(text[1..], out int next) is not Kind.Space and Kind following)
        {
            return RunEnd(text, 1 + next, following, out _);
        }

        if (kind != Kind.Space)
        {
            return RunEnd(text, length, kind, out _);
        }

        // White space leaves its last character to the word that follows, unless there is none or it is the only one.
        int end = RunEnd(text, length, Kind.Space, out int last);
        return end == text.Length || last == 0 ? end : last;
    }

    private static int RunEnd(ReadOnlySpan<byte> text, int position, Kind kind, out int last)
    {
        last = 0;
        while (position < text.Length && KindAt(text[position..], out int length) == kind)
        {
            last = position;
            position += length;
        }

        return position;
    }

    private static int ContractionLength(ReadOnlySpan<byte> text) =>
        text[1..] switch
        {
            [(byte)'s' or (byte)'t' or (byte)'m' or (byte)'d', ..] => 2,
            [(byte)'r', (byte)'e', ..] or [(byte)'v', (byte)'e', ..] or [(byte)'l', (byte)'l', ..] => 3,
            _ => 0,
        };

    private static Kind KindAt(ReadOnlySpan<byte> text, out int length)
    {
        if (text[0] < 128)
        {
            length = 1;
            return _ascii[text[0]];
        }

        _ = Rune.DecodeFromUtf8(text, out Rune rune, out length);
        return Classify(rune);
    }

    private static Kind Classify(Rune rune) =>
        Rune.IsWhiteSpace(rune) ? Kind.Space : Rune.IsLetter(rune) ? Kind.Letter : Rune.IsNumber(rune) ? Kind.Number : Kind.Symbol;
}

using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Patterns;

/// <summary>Scanner for <see cref="KnownPatterns"/>, whose matches cover every text: each begins where the one before ends.</summary>
/// <param name="rules">Which of them.</param>
internal sealed class WordScanner(WordRules rules) : Pattern
{
    private const byte Symbol = 0, Letter = 1, Number = 2, Space = 3;

    private static readonly byte[] _kinds = MeasureKinds();

    /// <inheritdoc/>
    public override bool TryFind(ReadOnlySpan<byte> text, int from, PatternBudget budget, out int start, out int end)
    {
        start = from;
        end = from < text.Length ? End(text, from) : from;
        return end > from;
    }

    /// <summary>The end of the piece that begins at an offset before the end of the text.</summary>
    public int End(ReadOnlySpan<byte> text, int start) => rules == WordRules.Gpt2 ? EndOfGpt2(text, start) : EndOfCl100k(text, start);

    private static int EndOfGpt2(ReadOnlySpan<byte> text, int start)
    {
        if (text[start] == '\'' && Contraction(text, start, ignoresCase: false) is > 0 and int contraction)
        {
            return contraction;
        }

        byte kind = KindAt(text, start, out int length);
        if (text[start] == ' ' && start + 1 < text.Length && KindAt(text, start + 1, out int next) is not Space and byte following)
        {
            return RunEnd(text, start + 1 + next, following, out _);
        }

        return kind == Space ? SpaceEnd(text, start) : RunEnd(text, start + length, kind, out _);
    }

    private int EndOfCl100k(ReadOnlySpan<byte> text, int start)
    {
        byte first = text[start];
        if (first == '\'' && Contraction(text, start, ignoresCase: true) is > 0 and int contraction)
        {
            return contraction;
        }

        byte kind = KindAt(text, start, out int length);
        int second = start + length;
        if (kind == Letter)
        {
            return RunEnd(text, second, Letter, out _);
        }

        if (kind == Number)
        {
            int most = rules == WordRules.Cl100k ? 3 : 1;
            for (int count = 1; count < most && second < text.Length && KindAt(text, second, out length) == Number; count++)
            {
                second += length;
            }

            return second;
        }

        if (first is not ((byte)'\r' or (byte)'\n') && second < text.Length && KindAt(text, second, out length) == Letter)
        {
            return RunEnd(text, second + length, Letter, out _);
        }

        int symbols = kind == Symbol ? start : first == ' ' ? second : text.Length;
        if (symbols < text.Length && KindAt(text, symbols, out length) == Symbol)
        {
            int end = RunEnd(text, symbols + length, Symbol, out _);
            while (end < text.Length && text[end] is (byte)'\r' or (byte)'\n')
            {
                end++;
            }

            return end;
        }

        // White space: up to its last line break, or else as in GPT-2.
        int run = RunEnd(text, start, Space, out _);
        int breaks = text[start..run].LastIndexOfAny((byte)'\r', (byte)'\n');
        return breaks >= 0 ? start + breaks + 1 : SpaceEnd(text, start);
    }

    // White space leaves its last character to the word that follows, unless there is none or it is the only one.
    private static int SpaceEnd(ReadOnlySpan<byte> text, int start)
    {
        int end = RunEnd(text, start, Space, out int last);
        return end == text.Length || last <= start ? end : last;
    }

    private static int RunEnd(ReadOnlySpan<byte> text, int position, byte kind, out int last)
    {
        last = position;
        while (position < text.Length && KindAt(text, position, out int length) == kind)
        {
            last = position;
            position += length;
        }

        return position;
    }

    private static int Contraction(ReadOnlySpan<byte> text, int start, bool ignoresCase)
    {
        ReadOnlySpan<byte> rest = text[(start + 1)..];
        byte fold = ignoresCase ? (byte)0x20 : (byte)0;
        if (rest.IsEmpty)
        {
            return 0;
        }

        // U+017F is an s where case does not count.
        if (ignoresCase && rest is [0xC5, 0xBF, ..])
        {
            return start + 3;
        }

        byte first = (byte)(rest[0] | fold);
        if (first is (byte)'s' or (byte)'t' or (byte)'m' or (byte)'d')
        {
            return start + 2;
        }

        byte second = rest.Length > 1 ? (byte)(rest[1] | fold) : (byte)0;
        return (first, second) is ((byte)'r', (byte)'e') or ((byte)'v', (byte)'e') or ((byte)'l', (byte)'l') ? start + 3 : 0;
    }

    private static byte KindAt(ReadOnlySpan<byte> text, int offset, out int length) => _kinds[Utf8.Read(text, offset, out length)];

    // A byte for every code point: a megabyte that is shared by all.
    private static byte[] MeasureKinds()
    {
        byte[] kinds = new byte[CodePointSet.Limit];
        foreach ((CodePointSet set, byte kind) in (ReadOnlySpan<(CodePointSet, byte)>)
            [(CharacterSets.Category("L")!, Letter), (CharacterSets.Number, Number), (CharacterSets.WhiteSpace, Space)])
        {
            foreach ((int first, int last) in set.Ranges)
            {
                kinds.AsSpan(first, last - first + 1).Fill(kind);
            }
        }

        return kinds;
    }
}

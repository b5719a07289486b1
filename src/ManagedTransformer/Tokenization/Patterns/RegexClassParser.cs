using System.Globalization;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Patterns;

/// <summary>Parses the classes and escapes of a pattern, which are sets of characters.</summary>
/// <param name="cursor">The place in the pattern.</param>
internal sealed class RegexClassParser(RegexCursor cursor)
{
    private const int MostNesting = 100, MostRanges = 200_000;

    private int _nesting, _ranges;

    /// <summary>Parses a class behind its <c>[</c>.</summary>
    /// <param name="ignoresCase">Whether case does not count.</param>
    /// <exception cref="FormatException">It is malformed or has something that is not supported.</exception>
    public CodePointSet ParseClass(bool ignoresCase)
    {
        if (++_nesting > MostNesting)
        {
            throw new FormatException($"its classes are nested deeper than {MostNesting}");
        }

        bool isNegative = cursor.TryTake('^');
        CodePointSet? intersection = null;
        List<(int, int)> ranges = [];
        bool isFirst = true;
        while (isFirst || !cursor.TryTake(']'))
        {
            if (cursor.IsAtEnd)
            {
                throw new FormatException("a class has no end");
            }

            if (cursor.StartsWith("&&"))
            {
                cursor.Position += 2;
                Intersect();
                ranges = [];
            }
            else if (isFirst && cursor.StartsWith("]"))
            {
                throw new FormatException("a class is empty");
            }
            else
            {
                int before = ranges.Count;
                ParseMember(ranges, ignoresCase);
                Spend(ranges.Count - before);
            }

            isFirst = false;
        }

        Intersect();
        _nesting--;
        return isNegative ? intersection!.Complement() : intersection!;

        void Intersect()
        {
            CodePointSet set = CodePointSet.Of(ranges);
            set = ignoresCase ? CaseFolding.Close(set) : set;
            intersection = intersection?.Intersect(set) ?? set;
        }
    }

    /// <summary>Parses an escape behind its backslash.</summary>
    /// <param name="isLiteral">Whether it is one character that was meant as such.</param>
    /// <exception cref="FormatException">It is malformed or not supported.</exception>
    public CodePointSet ParseEscape(out bool isLiteral)
    {
        int c = cursor.Take();
        isLiteral = false;
        switch (c)
        {
            case 's' or 'S':
                return Set(CharacterSets.WhiteSpace, c == 'S');
            case 'd' or 'D':
                return Set(CharacterSets.Category("Nd")!, c == 'D');
            case 'w' or 'W':
                return Set(CharacterSets.RegexWord, c == 'W');
            case 'h' or 'H':
                return Set(CodePointSet.Parse("30-39 41-46 61-66"), c == 'H');
            case 'p' or 'P':
                return ParseProperty(c == 'P');
        }

        isLiteral = true;
        return CodePointSet.Of(c switch
        {
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'f' => '\f',
            'v' => '\v',
            'a' => '\a',
            'e' => 0x1B,
            'x' => cursor.TryTake('{') ? Hex(8, closed: true) : Hex(2, closed: false),
            'u' => Hex(4, closed: false),
            '0' => 0,
            _ when char.IsAsciiLetterOrDigit((char)Math.Min(c, 0x7F)) && c < 0x80 =>
                throw new FormatException($"'\\{(char)c}' is not supported"),
            _ => c,
        });
    }

    // Classes cost time and memory by their ranges, and a short pattern can name large ones often.
    private void Spend(int ranges)
    {
        _ranges += ranges;
        if (_ranges > MostRanges)
        {
            throw new FormatException("its classes have too many parts");
        }
    }

    private static CodePointSet Set(CodePointSet set, bool isNegative) => isNegative ? set.Complement() : set;

    private void ParseMember(List<(int, int)> ranges, bool ignoresCase)
    {
        if (cursor.StartsWith("[:"))
        {
            ranges.AddRange(ParsePosix().Ranges);
            return;
        }

        if (cursor.TryTake('['))
        {
            ranges.AddRange(ParseClass(ignoresCase).Ranges);
            return;
        }

        CodePointSet first = ParseOne();
        bool isRange = first.Single >= 0 && cursor.StartsWith("-") && !cursor.StartsWith("-]");
        if (!isRange)
        {
            ranges.AddRange(first.Ranges);
            return;
        }

        cursor.Position++;
        CodePointSet last = ParseOne();
        if (last.Single < first.Single)
        {
            throw new FormatException(last.Single < 0 ? "a range ends in a class" : "a range of a class is in the wrong order");
        }

        ranges.Add((first.Single, last.Single));
    }

    private CodePointSet ParseOne()
    {
        int c = cursor.Take();
        if (c != '\\')
        {
            return CodePointSet.Of(c);
        }

        if (cursor.TryTake('b'))
        {
            return CodePointSet.Of('\b');
        }

        return !cursor.IsAtEnd && cursor.Peek is 'R' or 'X'
            ? throw new FormatException($"'\\{(char)cursor.Peek}' in a class is not supported")
            : ParseEscape(out _);
    }

    private CodePointSet ParsePosix()
    {
        cursor.Position += 2;
        bool isNegative = cursor.TryTake('^');
        string name = "";
        while (!cursor.StartsWith(":]"))
        {
            name += char.ConvertFromUtf32(cursor.Take());
        }

        cursor.Position += 2;
        return Set(CharacterSets.Posix(name) ?? throw new FormatException($"the class '[:{name}:]' is not supported"), isNegative);
    }

    private CodePointSet ParseProperty(bool isNegative)
    {
        if (!cursor.TryTake('{'))
        {
            throw new FormatException("'\\p' without braces is not supported");
        }

        isNegative ^= cursor.TryTake('^');
        string name = "";
        while (!cursor.TryTake('}'))
        {
            name += char.ConvertFromUtf32(cursor.Take());
        }

        CodePointSet set = CharacterSets.Property(name) ?? throw new FormatException($"the property '\\p{{{name}}}' is not supported");
        Spend(set.Ranges.Count());
        return Set(set, isNegative);
    }

    private int Hex(int most, bool closed)
    {
        string digits = "";
        while (!cursor.IsAtEnd && digits.Length < most && cursor.Peek < 0x80 && char.IsAsciiHexDigit((char)cursor.Peek))
        {
            digits += (char)cursor.Take();
        }

        bool isWhole = closed ? cursor.TryTake('}') : true;
        return isWhole && int.TryParse(digits, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out int value)
            && value is >= 0 and < CodePointSet.Limit
            ? value
            : throw new FormatException("an escaped number is no character");
    }
}

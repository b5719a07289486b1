using System.Globalization;
using System.Text;
using ManagedTransformer.Tokenization.Unicode;

namespace ManagedTransformer.Tokenization.Patterns;

/// <summary>
/// Parses Oniguruma's Ruby dialect of regular expressions, as far as patterns of tokenizers go: choices, groups, <c>(?i)</c> and
/// <c>(?m)</c>, classes, repetitions, looking around, places. References to groups and what is rare are refused by name.
/// </summary>
internal sealed class RegexParser
{
    private const int MostNesting = 100, MostRepeats = 1000, MostRepeatsOfRepeats = 10, MostRunes = 1 << 16;

    // Where case does not count, these are equal to one character more, which is not supported.
    private static readonly string[] _ligatures = ["ss", "ff", "fi", "fl", "st"];

    private readonly RegexClassParser _classes;
    private readonly RegexCursor _cursor;
    private bool _ignoresCase, _dotTakesLines;
    private int _nesting;

    private RegexParser(RegexCursor cursor) => (_cursor, _classes) = (cursor, new RegexClassParser(cursor));

    /// <summary>Parses a pattern.</summary>
    /// <exception cref="FormatException">It is malformed, too large, or has something that is not supported.</exception>
    public static RegexNode Parse(string pattern)
    {
        if (Encoding.UTF8.GetByteCount(pattern) > MostRunes)
        {
            throw new FormatException("it is longer than 64 KiB");
        }

        RegexParser parser = new(new RegexCursor(pattern));
        RegexNode node = parser.ParseChoice();
        return parser._cursor.IsAtEnd ? node : throw new FormatException("it has a ')' without '('");
    }

    private RegexNode ParseChoice()
    {
        if (++_nesting > MostNesting)
        {
            throw new FormatException($"its groups are nested deeper than {MostNesting}");
        }

        (bool ignoresCase, bool dotTakesLines) = (_ignoresCase, _dotTakesLines);
        List<RegexNode> choices = [ParseSequence()];
        while (_cursor.TryTake('|'))
        {
            choices.Add(ParseSequence());
        }

        (_ignoresCase, _dotTakesLines) = (ignoresCase, dotTakesLines);
        _nesting--;
        return choices.Count == 1 ? choices[0] : new RegexNode(RegexKind.Choice, choices);
    }

    private RegexNode ParseSequence()
    {
        List<RegexNode> parts = [];
        int before = 0;
        while (!_cursor.IsAtEnd && _cursor.Peek is not ('|' or ')'))
        {
            int here = _cursor.Peek;
            bool isLetter = char.IsAsciiLetter((char)Math.Min(here, 0x7F));
            if (_ignoresCase && isLetter && _ligatures.Contains($"{(char)before}{(char)here}".ToLowerInvariant()))
            {
                throw new FormatException($"'{(char)before}{(char)here}' without regard to case is not supported");
            }

            before = isLetter ? here : 0;
            if (ParseSwitch(parts))
            {
                break;
            }

            RegexNode atom = ParseAtom();
            parts.Add(ParseRepeats(atom));
        }

        return parts.Count == 1 ? parts[0] : new RegexNode(RegexKind.Sequence, parts);
    }

    // (?i) holds up to the end of the group, alternatives behind it included: so what follows is a group of its own.
    private bool ParseSwitch(List<RegexNode> parts)
    {
        if (!_cursor.StartsWith("(?"))
        {
            return false;
        }

        int start = _cursor.Position;
        _cursor.Position += 2;
        (bool ignoresCase, bool dotTakesLines) = (_ignoresCase, _dotTakesLines);
        if (TryParseOptions() && _cursor.TryTake(')'))
        {
            parts.Add(ParseChoice());
            (_ignoresCase, _dotTakesLines) = (ignoresCase, dotTakesLines);
            return true;
        }

        (_ignoresCase, _dotTakesLines) = (ignoresCase, dotTakesLines);
        _cursor.Position = start;
        return false;
    }

    private bool TryParseOptions()
    {
        bool isOn = true, hasAny = false;
        while (!_cursor.IsAtEnd)
        {
            switch (_cursor.Peek)
            {
                case '-':
                    isOn = false;
                    break;
                case 'i':
                    _ignoresCase = isOn;
                    break;
                case 'm':
                    _dotTakesLines = isOn;
                    break;
                case 'x':
                    throw new FormatException("the option 'x' is not supported");
                default:
                    return hasAny;
            }

            hasAny = true;
            _cursor.Position++;
        }

        return false;
    }

    private RegexNode ParseAtom()
    {
        int c = _cursor.Take();
        switch (c)
        {
            case '(':
                return ParseGroup();
            case '[':
                return Of(_classes.ParseClass(_ignoresCase));
            case '.':
                return Of(_dotTakesLines ? CodePointSet.All : CodePointSet.Of('\n').Complement());
            case '^':
                return At(RegexAnchor.LineStart);
            case '$':
                return At(RegexAnchor.LineEnd);
            case '*' or '+' or '?':
                throw new FormatException($"there is nothing that '{(char)c}' could repeat");
            case '\\':
                return ParseEscape();
            default:
                return Literal(c);
        }
    }

    private RegexNode ParseEscape()
    {
        switch (_cursor.IsAtEnd ? throw new FormatException("it ends in a backslash") : _cursor.Peek)
        {
            case 'A':
                return Place(RegexAnchor.TextStart);
            case 'z':
                return Place(RegexAnchor.TextEnd);
            case 'Z':
                return Place(RegexAnchor.LastLineEnd);
            case 'b':
                return Place(RegexAnchor.WordBoundary);
            case 'B':
                return Place(RegexAnchor.NoWordBoundary);
            case 'R':
                _cursor.Position++;
                RegexNode pair = new(RegexKind.Sequence, Of(CodePointSet.Of('\r')), Of(CodePointSet.Of('\n')));
                return new RegexNode(RegexKind.Atomic,
                    new RegexNode(RegexKind.Choice, pair, Of(CodePointSet.Parse("a-d 85 2028-2029"))));
            case 'G' or 'X' or 'K' or 'k' or 'g' or 'y' or 'Y' or 'O' or 'N' or (>= '1' and <= '9'):
                throw new FormatException($"'\\{(char)_cursor.Peek}' is not supported");
            default:
                CodePointSet set = _classes.ParseEscape(out bool isLiteral);
                return isLiteral ? Literal(set.Single) : Of(_ignoresCase ? CaseFolding.Close(set) : set);
        }

        RegexNode Place(RegexAnchor anchor)
        {
            _cursor.Position++;
            return At(anchor);
        }
    }

    private RegexNode ParseGroup()
    {
        if (!_cursor.TryTake('?'))
        {
            return Close(ParseChoice());
        }

        foreach ((string opening, RegexKind kind, bool isNegative) in (ReadOnlySpan<(string, RegexKind, bool)>)
            [
                ("<=", RegexKind.LookBehind, false), ("<!", RegexKind.LookBehind, true), ("=", RegexKind.LookAhead, false),
                ("!", RegexKind.LookAhead, true), (">", RegexKind.Atomic, false),
            ])
        {
            if (_cursor.StartsWith(opening))
            {
                _cursor.Position += opening.Length;
                RegexNode node = new(kind, Close(ParseChoice())) { IsNegative = isNegative };
                return kind != RegexKind.LookBehind || Branches(node.Parts[0]).All(branch => branch.FixedLength() is not null)
                    ? node
                    : throw new FormatException("looking behind for a text of varying length is not supported");
            }
        }

        if (_cursor.TryTake(':'))
        {
            return Close(ParseChoice());
        }

        if (_cursor.TryTake('#'))
        {
            while (_cursor.Take() != ')')
            {
            }

            return RegexNode.Nothing;
        }

        if (_cursor.TryTake('<'))
        {
            int start = _cursor.Position;
            while (_cursor.Take() != '>')
            {
            }

            return _cursor.Position > start + 1 ? Close(ParseChoice()) : throw new FormatException("a group has an empty name");
        }

        (bool ignoresCase, bool dotTakesLines) = (_ignoresCase, _dotTakesLines);
        if (!TryParseOptions() || !_cursor.TryTake(':'))
        {
            throw new FormatException($"the group '(?{_cursor.Rest(3)}' is not supported");
        }

        RegexNode inner = Close(ParseChoice());
        (_ignoresCase, _dotTakesLines) = (ignoresCase, dotTakesLines);
        return inner;
    }

    /// <summary>The alternatives of a node.</summary>
    public static IReadOnlyList<RegexNode> Branches(RegexNode node) => node.Kind == RegexKind.Choice ? node.Parts : [node];

    private RegexNode Close(RegexNode node) => _cursor.TryTake(')') ? node : throw new FormatException("a group has no end");

    private RegexNode ParseRepeats(RegexNode atom)
    {
        for (int repeats = 0; !_cursor.IsAtEnd; repeats++)
        {
            if (repeats > MostRepeatsOfRepeats)
            {
                throw new FormatException("repetitions are repeated too often");
            }

            bool isInterval = false;
            (int least, int most) = (0, int.MaxValue);
            if (_cursor.TryTake('+'))
            {
                least = 1;
            }
            else if (_cursor.TryTake('?'))
            {
                most = 1;
            }
            else if (!_cursor.TryTake('*'))
            {
                if (!TryParseInterval(out least, out most))
                {
                    break;
                }

                isInterval = true;
            }

            // {1,3}+ repeats the repetition; only of the short forms '+' makes them keep what they have.
            bool isLazy = _cursor.TryTake('?');
            RegexNode repeat = new(RegexKind.Repeat, atom) { Least = least, Most = most, IsLazy = isLazy };
            atom = !isLazy && !isInterval && _cursor.TryTake('+') ? new RegexNode(RegexKind.Atomic, repeat) : repeat;
        }

        return atom;
    }

    // What is not an interval stands for itself.
    private bool TryParseInterval(out int least, out int most)
    {
        (least, most) = (0, 0);
        int start = _cursor.Position;
        if (!_cursor.TryTake('{'))
        {
            return false;
        }

        int? low = _cursor.Number(), high = low;
        if (_cursor.TryTake(','))
        {
            high = _cursor.Number() ?? (low is null ? null : int.MaxValue);
            low ??= high is null ? null : 0;
        }

        if (low is null || !_cursor.TryTake('}'))
        {
            _cursor.Position = start;
            return false;
        }

        (least, most) = (low.Value, high!.Value);
        if (least > MostRepeats || (most > MostRepeats && most != int.MaxValue))
        {
            throw new FormatException($"a count is above {MostRepeats.ToString(CultureInfo.InvariantCulture)}");
        }

        return least <= most ? true : throw new FormatException($"the interval {{{least},{most}}} is not supported");
    }

    private static RegexNode Of(CodePointSet set) => new(RegexKind.Set) { Set = set };

    private static RegexNode At(RegexAnchor anchor) => new(RegexKind.Anchor) { Anchor = anchor };

    private RegexNode Literal(int codePoint)
    {
        CodePointSet set = CodePointSet.Of(codePoint);
        return Of(_ignoresCase ? CaseFolding.Close(set) : set);
    }
}

using System.Globalization;
using System.Text;

namespace ManagedTransformer.Tokenization.Chat.Jinja;

/// <summary>Divides what stands between braces into symbols.</summary>
internal static class SymbolReader
{
    // An expression is evaluated by nested calls, as many as it has symbols at most.
    private const int Most = 1000;

    private static readonly string[] _signs =
        ["==", "!=", "<=", ">=", "//", "**", "<", ">", "=", "+", "-", "*", "/", "%", "~", "|", ".", ",", ":", "(", ")", "[", "]", "{", "}"];

    /// <summary>The symbols of a text.</summary>
    /// <param name="text">The text.</param>
    /// <param name="line">Where it begins.</param>
    public static List<Symbol> Read(string text, int line)
    {
        List<Symbol> symbols = [];
        for (int i = 0; i < text.Length;)
        {
            char c = text[i];
            if (char.IsWhiteSpace(c))
            {
                line += c == '\n' ? 1 : 0;
                i++;
                continue;
            }

            int start = i;
            if (char.IsAsciiLetter(c) || c == '_')
            {
                i = Skip(text, i, letter => char.IsAsciiLetterOrDigit(letter) || letter == '_');
                symbols.Add(new(SymbolKind.Name, text[start..i], line));
            }
            else if (char.IsAsciiDigit(c))
            {
                i = Skip(text, i, digit => char.IsAsciiDigit(digit) || digit == '_');
                symbols.Add(new(SymbolKind.Number, text[start..i].Replace("_", "", StringComparison.Ordinal), line));
                if (i + 1 < text.Length && text[i] == '.' && char.IsAsciiDigit(text[i + 1]))
                {
                    throw new JinjaException("numbers with decimals are not supported", line);
                }
            }
            else if (c is '\'' or '"')
            {
                symbols.Add(new(SymbolKind.Text, ReadText(text, ref i, line), line));
                line += text.AsSpan(start, i - start).Count('\n');
            }
            else
            {
                string sign = Array.Find(_signs, known => string.CompareOrdinal(text, start, known, 0, known.Length) == 0)
                    ?? throw new JinjaException($"the character '{c}' has no meaning", line);
                symbols.Add(new(SymbolKind.Sign, sign, line));
                i += sign.Length;
            }
        }

        return symbols.Count <= Most ? symbols
            : throw new JinjaException($"one expression has more than {Most} symbols", symbols[0].Line);
    }

    private static int Skip(string text, int i, Predicate<char> isPart)
    {
        while (i < text.Length && isPart(text[i]))
        {
            i++;
        }

        return i;
    }

    private static string ReadText(string text, ref int i, int line)
    {
        char quote = text[i++];
        StringBuilder value = new();
        for (; i < text.Length && text[i] != quote; i++)
        {
            if (text[i] != '\\' || i + 1 == text.Length)
            {
                value.Append(text[i]);
                continue;
            }

            char escape = text[++i];
            switch (escape)
            {
                case 'n':
                    value.Append('\n');
                    break;
                case 't':
                    value.Append('\t');
                    break;
                case 'r':
                    value.Append('\r');
                    break;
                case '\n':
                    break;
                case '\\' or '\'' or '"':
                    value.Append(escape);
                    break;
                case 'x' or 'u':
                    int digits = escape == 'x' ? 2 : 4;
                    string hex = text[(i + 1)..Math.Min(text.Length, i + 1 + digits)];
                    if (hex.Length < digits
                        || !ushort.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out ushort code))
                    {
                        throw new JinjaException($"'\\{escape}{hex}' is no character", line);
                    }

                    value.Append((char)code);
                    i += digits;
                    break;
                default:
                    value.Append('\\').Append(escape);
                    break;
            }
        }

        if (i == text.Length)
        {
            throw new JinjaException("a string is not closed", line);
        }

        i++;
        return value.ToString();
    }
}

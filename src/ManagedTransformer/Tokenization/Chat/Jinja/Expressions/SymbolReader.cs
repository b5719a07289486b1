using System.Globalization;
using System.Text;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Expressions;

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
                i = SkipNumber(text, i);
                symbols.Add(new(SymbolKind.Number, text[start..i].Replace("_", "", StringComparison.Ordinal), line));
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

    // Digits, and what makes a number one with decimals: digits behind a point, an exponent.
    private static int SkipNumber(string text, int i)
    {
        i = Skip(text, i, IsDigit);
        if (i + 1 < text.Length && text[i] == '.' && char.IsAsciiDigit(text[i + 1]))
        {
            i = Skip(text, i + 1, IsDigit);
        }

        int exponent = i + 1 < text.Length && text[i] is 'e' or 'E' ? i + (text[i + 1] is '+' or '-' ? 2 : 1) : text.Length;
        return exponent < text.Length && char.IsAsciiDigit(text[exponent]) ? Skip(text, exponent, IsDigit) : i;

        static bool IsDigit(char c) => char.IsAsciiDigit(c) || c == '_';
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
                case '\n':
                    break;
                case 'n' or 't' or 'r' or 'a' or 'b' or 'f' or 'v':
                    value.Append("\n\t\r\a\b\f\v"["ntrabfv".IndexOf(escape, StringComparison.Ordinal)]);
                    break;
                case >= '0' and <= '7':
                    int length = Skip(text[..Math.Min(text.Length, i + 3)], i, digit => digit is >= '0' and <= '7') - i;
                    value.Append((char)Convert.ToInt32(text.Substring(i, length), 8));
                    i += length - 1;
                    break;
                case 'N':
                    throw new JinjaException("characters by their names ('\\N') are not supported", line);
                case '\\' or '\'' or '"':
                    value.Append(escape);
                    break;
                case 'x' or 'u' or 'U':
                    int digits = escape switch { 'x' => 2, 'u' => 4, _ => 8 };
                    string hex = text[(i + 1)..Math.Min(text.Length, i + 1 + digits)];
                    if (hex.Length < digits
                        || !uint.TryParse(hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint code)
                        || code > 0x10ffff)
                    {
                        throw new JinjaException($"'\\{escape}{hex}' is no character", line);
                    }

                    value.Append(code > char.MaxValue ? new Rune(code).ToString() : ((char)code).ToString());
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

using System.Globalization;
using System.Text;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Values;

/// <summary>The text of a value where it is printed, as <c>str</c> of Python gives it.</summary>
internal static class PrintedText
{
    // Lists that a program nests in lists it has just made.
    private const int MostDepth = 50;

    /// <summary>The text that is printed.</summary>
    public static string Of(Machine machine, object? value, int line) => value switch
    {
        string text => text,
        Undefined => "",
        _ => Inside(machine, value, line),
    };

    /// <summary>The digits of a number, the fewest that tell it from others.</summary>
    public static string Of(double number)
    {
        if (!double.IsFinite(number))
        {
            return double.IsNaN(number) ? "nan" : number > 0 ? "inf" : "-inf";
        }

        // One digit, a point, further digits, and the exponent of the first.
        string shortest = number.ToString("E16", CultureInfo.InvariantCulture);
        for (int digits = 0; digits < 17; digits++)
        {
            string candidate = number.ToString($"E{digits}", CultureInfo.InvariantCulture);
            if (double.Parse(candidate, CultureInfo.InvariantCulture).Equals(number))
            {
                shortest = candidate;
                break;
            }
        }

        int end = shortest.IndexOf('E', StringComparison.Ordinal);
        int exponent = int.Parse(shortest.AsSpan(end + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
        string sign = shortest[0] == '-' ? "-" : "", all = shortest[sign.Length..end].Replace(".", "", StringComparison.Ordinal);
        return sign + (exponent switch
        {
            < -4 or >= 16 => $"{all[0]}{(all.Length > 1 ? "." : "")}{all[1..]}e{(exponent < 0 ? '-' : '+')}{Math.Abs(exponent):00}",
            < 0 => $"0.{new string('0', -exponent - 1)}{all}",
            _ when all.Length <= exponent + 1 => $"{all.PadRight(exponent + 1, '0')}.0",
            _ => $"{all[..(exponent + 1)]}.{all[(exponent + 1)..]}",
        });
    }

    private static string Inside(Machine machine, object? value, int line)
    {
        StringBuilder text = new();
        Write(machine, text, value, line, 0);
        return machine.Made(text.ToString(), line);
    }

    private static void Write(Machine machine, StringBuilder text, object? value, int line, int depth)
    {
        machine.Charge(1, line);
        if (depth > MostDepth)
        {
            throw new JinjaException("lists are nested too deeply to be printed", line);
        }

        switch (value)
        {
            case null:
                text.Append("None");
                break;
            case bool flag:
                text.Append(flag ? "True" : "False");
                break;
            case long number:
                text.Append(CultureInfo.InvariantCulture, $"{number}");
                break;
            case double number:
                text.Append(Of(number));
                break;
            case string inner:
                machine.Charge(inner.Length, line);
                WriteQuoted(text, inner);
                break;
            case Undefined:
                text.Append("Undefined");
                break;
            case Sequence { Kind: SequenceKind.List or SequenceKind.Tuple } sequence:
                bool isTuple = sequence.Kind == SequenceKind.Tuple;
                text.Append(isTuple ? '(' : '[');
                for (int i = 0; i < sequence.Items.Count; i++)
                {
                    text.Append(i > 0 ? ", " : "");
                    Write(machine, text, sequence.Items[i], line, depth + 1);
                }

                text.Append(isTuple && sequence.Items.Count == 1 ? "," : "").Append(isTuple ? ')' : ']');
                break;
            case Mapping mapping:
                text.Append('{');
                string between = "";
                foreach ((string key, object? member) in mapping)
                {
                    text.Append(between);
                    Write(machine, text, key, line, depth + 1);
                    text.Append(": ");
                    Write(machine, text, member, line, depth + 1);
                    between = ", ";
                }

                text.Append('}');
                break;
            default:
                throw new JinjaException($"{Kinds.Name(value)} cannot be printed", line);
        }
    }

    private static void WriteQuoted(StringBuilder text, string value)
    {
        char quote = value.Contains('\'', StringComparison.Ordinal) && !value.Contains('"', StringComparison.Ordinal) ? '"' : '\'';
        text.Append(quote);
        foreach (Rune rune in value.EnumerateRunes())
        {
            _ = rune.Value switch
            {
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                '\\' => text.Append("\\\\"),
                int code when code == quote => text.Append('\\').Append(quote),
                int code when IsPrintable(rune) => text.Append(rune.ToString()),
                int code when code < 0x100 => text.Append(CultureInfo.InvariantCulture, $"\\x{code:x2}"),
                int code when code < 0x10000 => text.Append(CultureInfo.InvariantCulture, $"\\u{code:x4}"),
                int code => text.Append(CultureInfo.InvariantCulture, $"\\U{code:x8}"),
            };
        }

        text.Append(quote);
    }

    private static bool IsPrintable(Rune rune) => rune.Value == ' ' || Rune.GetUnicodeCategory(rune)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.Surrogate or UnicodeCategory.PrivateUse
            or UnicodeCategory.OtherNotAssigned or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator
            or UnicodeCategory.SpaceSeparator);
}

using System.Globalization;
using System.Text;
using ManagedTransformer.Tokenization.Chat.Jinja.Values;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Functions;

/// <summary>Dates and times as <c>strftime</c> of C writes them, with English names.</summary>
internal static class TimeFormat
{
    private const int MostCharacters = 1000;

    /// <summary>Writes a time.</summary>
    /// <param name="time">The time.</param>
    /// <param name="format">Text with directives such as <c>%d %B %Y</c>; <c>%-d</c> leaves leading zeros away.</param>
    /// <param name="line">Where the template asks for it.</param>
    /// <exception cref="JinjaException">A directive is not supported.</exception>
    public static string Write(DateTimeOffset time, string format, int line)
    {
        if (format.Length > MostCharacters)
        {
            throw new JinjaException($"a form of a time with more than {MostCharacters} characters is not supported", line);
        }

        StringBuilder text = new();
        for (int i = 0; i < format.Length; i++)
        {
            if (format[i] != '%')
            {
                text.Append(format[i]);
                continue;
            }

            bool isBare = i + 1 < format.Length && format[i + 1] == '-';
            i += isBare ? 2 : 1;
            string part = (i < format.Length ? Part(time, format[i]) : null) ?? throw new JinjaException(
                $"'%{(isBare ? "-" : "")}{(i < format.Length ? format[i] : "")}' in the form of a time is not supported", line);
            text.Append(isBare && part.TrimStart('0', ' ') is { Length: > 0 } bare ? bare : isBare ? part[^1..] : part);
        }

        return text.ToString();
    }

    private static string? Part(DateTimeOffset time, char directive) => directive switch
    {
        'a' => Net(time, "ddd"),
        'A' => Net(time, "dddd"),
        'b' or 'h' => Net(time, "MMM"),
        'B' => Net(time, "MMMM"),
        'd' => Net(time, "dd"),
        'D' => Net(time, "MM/dd/yy"),
        'e' => time.Day.ToString(CultureInfo.InvariantCulture).PadLeft(2),
        'f' => Net(time, "ffffff"),
        'F' => Net(time, "yyyy-MM-dd"),
        'H' => Net(time, "HH"),
        'I' => Net(time, "hh"),
        'j' => time.DayOfYear.ToString("000", CultureInfo.InvariantCulture),
        'm' => Net(time, "MM"),
        'M' => Net(time, "mm"),
        'n' => "\n",
        'p' => Net(time, "tt"),
        'R' => Net(time, "HH:mm"),
        'S' => Net(time, "ss"),
        't' => "\t",
        'T' => Net(time, "HH:mm:ss"),
        'u' => (((int)time.DayOfWeek + 6) % 7 + 1).ToString(CultureInfo.InvariantCulture),
        'w' => ((int)time.DayOfWeek).ToString(CultureInfo.InvariantCulture),
        'y' => Net(time, "yy"),
        'Y' => Net(time, "yyyy"),
        '%' => "%",
        _ => null,
    };

    private static string Net(DateTimeOffset time, string format) => time.ToString(format, CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text;

namespace ManagedTransformer.Tokenization.Chat.Jinja.Values;

/// <summary>Capital and small letters as Python's strings have them: by Unicode's full mappings, for no language in particular.</summary>
internal static class PythonCase
{
    private const int CapitalDottedI = 0x130, CapitalSigma = 0x3a3, FinalSigma = 0x3c2;

    // What counts as a letter with a case beside the letters: Other_Lowercase and Other_Uppercase of PropList.txt (Unicode 14).
    private static readonly (int First, int Last)[] _otherCased =
    [
        (0xaa, 0xaa), (0xba, 0xba), (0x2b0, 0x2b8), (0x2c0, 0x2c1), (0x2e0, 0x2e4), (0x345, 0x345), (0x37a, 0x37a), (0x1d2c, 0x1d6a),
        (0x1d78, 0x1d78), (0x1d9b, 0x1dbf), (0x2071, 0x2071), (0x207f, 0x207f), (0x2090, 0x209c), (0x2160, 0x217f), (0x24b6, 0x24e9),
        (0x2c7c, 0x2c7d), (0xa69c, 0xa69d), (0xa770, 0xa770), (0xa7f8, 0xa7f9), (0xab5c, 0xab5f), (0x10780, 0x10780),
        (0x10783, 0x10785), (0x10787, 0x107b0), (0x107b2, 0x107ba), (0x1f130, 0x1f149), (0x1f150, 0x1f169), (0x1f170, 0x1f189),
    ];

    /// <summary>All letters capital.</summary>
    public static string Upper(string text) => Map(text, (_, rune) => Upper(rune));

    /// <summary>All letters small.</summary>
    public static string Lower(string text)
    {
        Rune[] runes = [.. text.EnumerateRunes()];
        return Map(text, (i, rune) => Lower(runes, i, rune));
    }

    /// <summary>The first letter of every word capital, the others small.</summary>
    public static string Title(string text)
    {
        Rune[] runes = [.. text.EnumerateRunes()];
        return Map(text, (i, rune) => i > 0 && IsCased(runes[i - 1]) ? Lower(runes, i, rune) : Title(rune));
    }

    /// <summary>The first character capital, the others small.</summary>
    public static string Capitalize(string text)
    {
        Rune[] runes = [.. text.EnumerateRunes()];
        return Map(text, (i, rune) => i > 0 ? Lower(runes, i, rune) : Title(rune));
    }

    /// <summary>Whether a text has letters, and all of them are capital ones or all of them small ones.</summary>
    public static bool Is(string text, bool capital)
    {
        bool hasLetter = false;
        foreach (Rune rune in text.EnumerateRunes())
        {
            UnicodeCategory category = Rune.GetUnicodeCategory(rune);
            if (category == UnicodeCategory.TitlecaseLetter
                || category == (capital ? UnicodeCategory.LowercaseLetter : UnicodeCategory.UppercaseLetter))
            {
                return false;
            }

            hasLetter |= IsCased(rune);
        }

        return hasLetter;
    }

    private static string Map(string text, Func<int, Rune, string> map)
    {
        StringBuilder result = new(text.Length);
        int i = 0;
        foreach (Rune rune in text.EnumerateRunes())
        {
            result.Append(map(i++, rune));
        }

        return result.ToString();
    }

    // .NET leaves alone what has a capital in ASCII, though it is not in ASCII itself.
    private static string Upper(Rune rune) => SpecialCapitals.Upper.TryGetValue(rune.ToString(), out string? capitals) ? capitals
        : rune.Value switch
        {
            0x131 => "I",
            0x17f => "S",
            _ => Rune.ToUpperInvariant(rune).ToString(),
        };

    // The capitals of Georgian letters are for whole words only.
    private static string Title(Rune rune) => SpecialCapitals.Title.TryGetValue(rune.ToString(), out string? capital) ? capital
        : rune.Value is >= 0x10d0 and <= 0x10ff ? rune.ToString() : Upper(rune);

    private static string Lower(Rune[] runes, int i, Rune rune) => rune.Value switch
    {
        CapitalDottedI => "i\u0307",
        CapitalSigma => ((char)(IsFinal(runes, i) ? FinalSigma : FinalSigma + 1)).ToString(),
        0x212a => "k",
        0x212b => "\u00e5",
        0x2126 => "\u03c9",
        0x1e9e => "\u00df",
        _ => Rune.ToLowerInvariant(rune).ToString(),
    };

    // A sigma at the end of a word: a letter stands before it and none behind it.
    private static bool IsFinal(Rune[] runes, int i)
    {
        int before = i - 1, behind = i + 1;
        while (before >= 0 && IsIgnored(runes[before]))
        {
            before--;
        }

        while (behind < runes.Length && IsIgnored(runes[behind]))
        {
            behind++;
        }

        return before >= 0 && IsCased(runes[before]) && !(behind < runes.Length && IsCased(runes[behind]));
    }

    private static bool IsCased(Rune rune) => Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.UppercaseLetter or UnicodeCategory.LowercaseLetter or UnicodeCategory.TitlecaseLetter
        || Array.Exists(_otherCased, range => rune.Value >= range.First && rune.Value <= range.Last);

    private static bool IsIgnored(Rune rune) => rune.Value is '\'' or '.' or ':' or 0xb7 or 0x2019 || Rune.GetUnicodeCategory(rune)
        is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark or UnicodeCategory.Format or UnicodeCategory.ModifierLetter
        or UnicodeCategory.ModifierSymbol;
}

using System.Collections.Concurrent;
using System.Globalization;

namespace ManagedTransformer.Tokenization.Unicode;

/// <summary>Sets of code points by category, and what tokenizers call white space, words, digits and punctuation.</summary>
internal static class CharacterSets
{
    private static readonly string[] _codes =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe",
        "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    private static readonly ConcurrentDictionary<string, CodePointSet?> _named = new();
    private static readonly Lazy<CodePointSet[]> _categories = new(MeasureCategories);

    // Letters in circles and squares, which are symbols by category and cased by property.
    private static readonly CodePointSet _capitalSymbols = CodePointSet.Parse("24b6-24cf 1f130-1f149 1f150-1f169 1f170-1f189");

    /// <summary>White space everywhere in tokenizers: 25 characters, those of <see cref="char.IsWhiteSpace(char)"/>.</summary>
    public static CodePointSet WhiteSpace { get; } =
        CodePointSet.Parse("9-d 20 85 a0 1680 2000-200a 2028-2029 202f 205f 3000");

    /// <summary>What <c>\w</c> is in Oniguruma: L, M, Nd, Nl, Pc, letters in circles and squares, six numbers of Latin-1.</summary>
    public static CodePointSet RegexWord { get; } = Letters().Union(CodePointSet.Parse("b2-b3 b9 bc-be"));

    /// <summary>The letters of <c>\w</c> in Rust's regular expressions: with joiners, without numbers.</summary>
    public static CodePointSet Word { get; } = Letters().Union(CodePointSet.Parse("200c-200d"));

    /// <summary>Numbers of all kinds.</summary>
    public static CodePointSet Number { get; } = Category("N")!;

    /// <summary>Punctuation of about Unicode 12, and all symbols of ASCII.</summary>
    public static CodePointSet Punctuation { get; } = UnicodeTables.Instance.Set("punctuation");

    // Letters, letter numbers, and marks and symbols that count as letters.
    private static CodePointSet Alphabetic => Category("L")!.Union(Category("Nl")!).Union(UnicodeTables.Instance.Set("alphabetic"));

    private static CodePointSet Visible =>
        CodePointSet.Of(((string[])["L", "M", "N", "P", "S", "Cf", "Co"]).SelectMany(name => Category(name)!.Ranges));

    /// <summary>The set of a class such as <c>[:alpha:]</c>, which is that of the property but for punctuation; null for any other
    /// name.</summary>
    public static CodePointSet? Posix(string name) => name switch
    {
        "punct" => Category("P")!.Union(Category("S")!),
        "alnum" or "alpha" or "ascii" or "blank" or "cntrl" or "digit" or "graph" or "lower" or "print" or "space" or "upper" or "word"
            or "xdigit" => Property(name),
        _ => null,
    };

    /// <summary>The set of a category (<c>Lu</c>) or group of categories (<c>L</c>); null for any other name.</summary>
    public static CodePointSet? Category(string name) => name.Length <= 2 ? _named.GetOrAdd(name, Combine) : null;

    /// <summary>The set of a property that a pattern names; null where it is not supported.</summary>
    public static CodePointSet? Property(string name) => Category(name) ?? Fold(name) switch
    {
        "LETTER" => Category("L"),
        "MARK" => Category("M"),
        "NUMBER" => Category("N"),
        "PUNCTUATION" => Category("P"),
        "SYMBOL" => Category("S"),
        "SEPARATOR" => Category("Z"),
        "UPPERCASELETTER" => Category("Lu"),
        "LOWERCASELETTER" => Category("Ll"),
        "ANY" => CodePointSet.All,
        "SPACE" or "WHITESPACE" => WhiteSpace,
        "DIGIT" => Category("Nd"),
        "ALPHA" or "ALPHABETIC" => Alphabetic,
        "ALNUM" => Alphabetic.Union(Category("Nd")!),
        "UPPER" or "UPPERCASE" => Category("Lu")!.Union(_capitalSymbols).Union(CodePointSet.Parse("2160-216f")),
        "LOWER" or "LOWERCASE" => Category("Ll")!.Union(UnicodeTables.Instance.Set("lowercase")),
        "PUNCT" => Category("P"),
        "GRAPH" => Visible,
        "PRINT" => Visible.Union(Category("Zs")!),
        "WORD" => Letters(),
        "XDIGIT" => CodePointSet.Parse("30-39 41-46 61-66"),
        "CNTRL" => Category("Cc"),
        "ASCII" => CodePointSet.Parse("0-7f"),
        "BLANK" => Category("Zs")!.Union(CodePointSet.Of('\t')),
        "HAN" => UnicodeTables.Instance.Set("han"),
        "HIRAGANA" => CodePointSet.Parse("3041-3096 309d-309f 1b001-1b11f 1b132 1b150-1b152 1f200"),
        "KATAKANA" => CodePointSet.Parse("30a1-30fa 30fd-30ff 31f0-31ff 32d0-32fe 3300-3357 ff66-ff6f ff71-ff9d 1aff0-1aff3 1aff5-1affb "
            + "1affd-1affe 1b000 1b120-1b122 1b155 1b164-1b167"),
        "HANGUL" => CodePointSet.Parse("1100-11ff 302e-302f 3131-318e 3200-321e 3260-327e a960-a97c ac00-d7a3 d7b0-d7c6 d7cb-d7fb "
            + "ffa0-ffbe ffc2-ffc7 ffca-ffcf ffd2-ffd7 ffda-ffdc"),
        _ => null,
    };

    private static string Fold(string name) => name.ToUpperInvariant().Replace("_", "", StringComparison.Ordinal);

    private static CodePointSet? Combine(string name)
    {
        CodePointSet[] members = [.. _codes.Index().Where(code => code.Item == name || (name.Length == 1 && code.Item[0] == name[0]))
            .Select(code => _categories.Value[code.Index])];
        return members.Length == 0 ? null : CodePointSet.Of(members.SelectMany(set => set.Ranges));
    }

    private static CodePointSet Letters() =>
        CodePointSet.Of(((string[])["L", "M", "Nd", "Nl", "Pc"]).SelectMany(name => Category(name)!.Ranges))
            .Union(_capitalSymbols).Union(CodePointSet.Parse("24d0-24e9"));

    private static CodePointSet[] MeasureCategories()
    {
        List<(int, int)>[] ranges = [.. _codes.Select(_ => new List<(int, int)>())];
        int first = 0;
        UnicodeCategory current = CharUnicodeInfo.GetUnicodeCategory(0);
        for (int codePoint = 1; codePoint <= CodePointSet.Limit; codePoint++)
        {
            UnicodeCategory next = codePoint < CodePointSet.Limit ? CharUnicodeInfo.GetUnicodeCategory(codePoint) : (UnicodeCategory)(-1);
            if (next != current)
            {
                ranges[(int)current].Add((first, codePoint - 1));
                (first, current) = (codePoint, next);
            }
        }

        return [.. ranges.Select(list => CodePointSet.Of(list))];
    }
}

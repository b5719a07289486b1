using System.Text;
using System.Text.RegularExpressions;
using FsCheck.Xunit;
using ManagedTransformer.Tokenization.Patterns;
using Xunit;

namespace ManagedTransformer.Tests.Tokenization.Pipeline;

/// <summary>The expressions agree with .NET's where both mean the same, the scanners with the patterns they stand for.</summary>
[Properties(Arbitrary = [typeof(RandomText)])]
public sealed class RegexTests
{
    private static readonly string[] _common =
    [
        "a|ab|b+", "(?:a|b)*c?", "[^a-c]+", @"\p{L}+|\p{N}{1,3}", @"\s+(?!\S)|\s+", "(?>a+)b|a", "a*?b", "(?=ab)a|b", "(?<!a)b",
        "(?:a{2,3}|b){1,2}", @"[\p{Lu}\d]+", "(?:ab?)+?c", @"\bab\b|\B.",
    ];

    [Property(MaxTest = 300)]
    public void MatchesAreThoseOfDotNet(ushort choice, byte[] letters)
    {
        string pattern = _common[choice % _common.Length];
        string text = string.Concat(letters.Select(letter => "aabbccAZ19 \tx"[letter % 13]));
        Assert.Equal(
            Regex.Matches(text, pattern, RegexOptions.CultureInvariant)
                .Select(match => (match.Index, match.Length)).Where(match => match.Length > 0),
            Matches(new RegexPattern(pattern), text));
    }

    [Property(MaxTest = 300)]
    public void ScannersAreTheirPatterns(string text)
    {
        foreach (string pattern in (string[])[KnownPatterns.Gpt2, KnownPatterns.Cl100k, KnownPatterns.Qwen])
        {
            foreach (string sample in (string[])[text, $"{text}'LL {text}\n 12345\r\n \t x'ſ{text}  ", $" {text}'s're\u2003\n\n ,.!\n"])
            {
                Assert.Equal(Matches(new RegexPattern(pattern), sample), Matches(KnownPatterns.Find(pattern)!, sample));
            }
        }
    }

    [Theory]
    [InlineData(@"\p{N}{1,3}+", "12345 6", "12345|6")]
    [InlineData("(?i:'s)", "a'S'\u017F", "'S|'\u017F")]
    [InlineData("^.", "ab\ncd\n", "a|c")]
    [InlineData(".$", "ab\ncd", "b|d")]
    [InlineData(@"[\p{L}&&[^a-c]]+", "abcdéf", "déf")]
    [InlineData(@"\p{^L}+", "ab12", "12")]
    [InlineData("a++b|a", "aab", "aab")]
    [InlineData(@"\p{L}", "\U00020BB7", "\U00020BB7")]
    [InlineData(@"\h+", "xAf9", "Af9")]
    public void TheDialectIsOnigurumas(string pattern, string text, string expected) =>
        Assert.Equal(expected.Split('|'), Matches(new RegexPattern(pattern), text).Select(match =>
            Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text).AsSpan(match.Start, match.Length))));

    [Theory]
    [InlineData("[[:alpha:]]+", "a\u0345\u24b6\u2160 1\u00b2", "a\u0345\u24b6\u2160")]
    [InlineData("[[:alnum:]]+", "a1\u00b2_", "a1")]
    [InlineData("[[:lower:]]+", "a\u00aa\u2170A", "a\u00aa\u2170")]
    [InlineData("[[:upper:]]+", "A\u2160\U0001F170a", "A\u2160\U0001F170")]
    [InlineData("[[:punct:]]+", "a+\u20ac!\u00a9b", "+\u20ac!\u00a9")]
    [InlineData(@"\p{Punct}+", "a+\u20ac!b", "!")]
    [InlineData("[[:graph:]]+", "a\u00ad\ue000 \u2003\u0085", "a\u00ad\ue000")]
    [InlineData("[[:print:]]+", "a \u2003\u2028\t", "a \u2003")]
    [InlineData("[[:word:]]+", "a_1\u00b2", "a_1")]
    [InlineData("[[:cntrl:]]+", "a\u0001\u0085\u00ad", "\u0001\u0085")]
    [InlineData("[^[:^space:]]+", "a \u3000\u200b", " \u3000")]
    public void ClassesAreOnigurumasForUnicode(string pattern, string text, string expected) =>
        TheDialectIsOnigurumas(pattern, text, expected);

    [Theory]
    [InlineData("[[:latin:]]")]
    [InlineData(@"\pL")]
    [InlineData(@"(a)\1")]
    [InlineData("(")]
    [InlineData("a)")]
    [InlineData("[a")]
    [InlineData("[]")]
    [InlineData("*a")]
    [InlineData("a{2000}")]
    [InlineData("(?s)a")]
    [InlineData(@"\p{Klingon}")]
    [InlineData(@"\X")]
    [InlineData("(?<=a+)b")]
    [InlineData("(?:(?:(?:a|b){900}){900}){900}")]
    [InlineData("(?:(?:(?:){900}){900}){900}")]
    [InlineData("a********************")]
    [InlineData(@"\")]
    public void OtherPatternsAreRefused(string pattern) => Assert.Throws<FormatException>(() => new RegexPattern(pattern));

    [Theory]
    [InlineData("(a+)+$")]
    [InlineData("(a|aa)+$")]
    public void PatternsThatExplodeEnd(string pattern) =>
        Assert.Contains("too many steps",
            Assert.Throws<InputException>(() => Matches(new RegexPattern(pattern), new string('a', 60) + "!")).Message,
            StringComparison.Ordinal);

    // In bytes, which are characters where the text is ASCII; empty matches are left out.
    private static List<(int Start, int Length)> Matches(Pattern pattern, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        PatternSearch search = new(pattern, new PatternBudget(utf8.Length));
        List<(int, int)> matches = [];
        while (search.Next(utf8))
        {
            if (search.End > search.Start)
            {
                matches.Add((search.Start, search.End - search.Start));
            }
        }

        return matches;
    }
}

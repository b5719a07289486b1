using System.Text;
using System.Text.RegularExpressions;
using FsCheck.Xunit;
using ManagedTransformer.Tokenization.Patterns;
using Xunit;

namespace ManagedTransformer.Tests.Tokenization.Pipeline;

/// <summary>The patterns of today's tokenizers split as .NET's expressions do, by scanner and by the general engine.</summary>
[Properties(Arbitrary = [typeof(RandomText)], MaxTest = 100)]
public sealed class KnownPatternTests
{
    private const string Contractions = "(?i:'s|'t|'re|'ve|'m|'ll|'d)";
    private const string Upper = @"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", Lower = @"[\p{Ll}\p{Lm}\p{Lo}\p{M}]";
    private const string Spaces = @"\s*[\r\n]+|\s+(?!\S)|\s+";

    // The pattern of the file, and what it is in .NET where that differs: possessive forms, and counts that are repeated.
    private static readonly (string Name, string Pattern, string? DotNet)[] _patterns =
    [
        ("gpt-2, starcoder", KnownPatterns.Gpt2, null),
        ("cl100k, llama 3, phi-4", KnownPatterns.Cl100k, null),
        ("qwen", KnownPatterns.Qwen, null),
        ("cl100k as tiktoken writes it",
            @"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}+|\p{N}{1,3}| ?[^\s\p{L}\p{N}]++[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+",
            @"'(?i:[sdmt]|ll|ve|re)|(?>[^\r\n\p{L}\p{N}]?)\p{L}+|\p{N}{1,3}| ?(?>[^\s\p{L}\p{N}]+)[\r\n]*|\s*[\r\n]|\s+(?!\S)|\s+"),
        ("counts that are repeated", @"\p{N}{1,3}+|\p{L}++", @"(?:\p{N}{1,3})+|\p{L}+"),
        ("o200k",
            $@"[^\r\n\p{{L}}\p{{N}}]?{Upper}*{Lower}+{Contractions}?|[^\r\n\p{{L}}\p{{N}}]?{Upper}+{Lower}*{Contractions}?"
            + $@"|\p{{N}}{{1,3}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{Spaces}", null),
        ("tekken",
            $@"[^\r\n\p{{L}}\p{{N}}]?{Upper}*{Lower}+|[^\r\n\p{{L}}\p{{N}}]?{Upper}+{Lower}*|\p{{N}}| ?[^\s\p{{L}}\p{{N}}]+[\r\n/]*|{Spaces}",
            null),
        ("deepseek-v3 numbers", @"\p{N}{1,3}", null),
        ("deepseek-v3 chinese", "[一-龥\u3040-ゟ゠-ヿ]+", null),
        ("deepseek-v3 words",
            "[!\"#$%&'()*+,\\-./:;<=>?@\\[\\\\\\]^_`{|}~][A-Za-z]+|[^\r\n\\p{L}\\p{P}\\p{S}]?[\\p{L}\\p{M}]+| ?[\\p{P}\\p{S}]+[\r\n]*|"
            + Spaces, null),
        ("deepseek-coder lines", "[\r\n]", null),
        ("deepseek-coder letters", @"\s?\p{L}+", null),
        ("deepseek-coder marks", @"\s?\p{P}+", null),
        ("deepseek-coder chinese", "[一-龥ࠀ-一가-\ud7ff]+", null),
        ("starcoder2 digits, code llama", @"\p{N}", null),
        ("gpt-neox codes", @"[^\s]+|\s", null),
        ("falcon numbers", "[0-9][0-9][0-9]", null),
        ("clip",
            @"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+", null),
    ];

    public static TheoryData<string> Names => [.. _patterns.Select(pattern => pattern.Name)];

    [Property]
    public void MatchesAreThoseOfDotNet(string text, byte choice)
    {
        // .NET sees halves of surrogate pairs and knows no long s: only what both can read is compared.
        string sample = $"{text}'LL {text}\n 12345\r\n \t{text}a'Re  HelloWorld{text} 世界かな가{text}1234/\n//x's\u2003\n\n ,.!\n {text}";
        sample = string.Concat(sample.Where(c => !char.IsSurrogate(c) && c is not ('\u017f' or '\u212a' or '\u0130' or '\u0131')));
        (string name, string pattern, string? dotNet) = _patterns[choice % _patterns.Length];
        IEnumerable<string> expected = Regex.Matches(sample, dotNet ?? pattern, RegexOptions.CultureInvariant).Select(match => match.Value);
        Assert.Equal(expected, Matches(new RegexPattern(pattern), sample));
        if (KnownPatterns.Find(pattern) is { } scanner)
        {
            Assert.Equal(expected, Matches(scanner, sample));
        }

        Assert.NotEmpty(name);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void EveryPatternReadsCharactersBeyondTheBasicPlane(string name)
    {
        string pattern = _patterns.First(entry => entry.Name == name).Pattern;
        string sample = string.Concat(Enumerable.Repeat("x\U00020BB7\u4e16\U0001D7D8 \U0001F600's 12345\n", 2000));
        List<string> matches = Matches(new RegexPattern(pattern), sample);
        Assert.NotEmpty(matches);
        Assert.All(matches, match => Assert.DoesNotContain('\uFFFD', match));
        Assert.All(matches, match => Assert.Contains(match, sample, StringComparison.Ordinal));
    }

    private static List<string> Matches(Pattern pattern, string text)
    {
        byte[] utf8 = Encoding.UTF8.GetBytes(text);
        PatternSearch search = new(pattern, new PatternBudget(utf8.Length));
        List<string> matches = [];
        while (search.Next(utf8))
        {
            matches.Add(Encoding.UTF8.GetString(utf8.AsSpan(search.Start, search.End - search.Start)));
        }

        return matches;
    }
}

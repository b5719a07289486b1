using System.Text;
using System.Text.RegularExpressions;
using FsCheck.Xunit;
using ManagedTransformer.Tokenization.Patterns;
using Xunit;

namespace ManagedTransformer.Tests.Tokenization;

[Properties(Arbitrary = [typeof(RandomText)])]
public partial class WordScannerTests
{
    [GeneratedRegex(@"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+")]
    private static partial Regex Pattern { get; }

    private static readonly WordScanner _scanner = new(WordRules.Gpt2);

    private static List<string> Split(ReadOnlySpan<byte> text)
    {
        var words = new List<string>();
        while (!text.IsEmpty)
        {
            int length = _scanner.End(text, 0);
            words.Add(Encoding.UTF8.GetString(text[..length]));
            text = text[length..];
        }

        return words;
    }

    [Theory]
    [InlineData("Hello world", "Hello| world")]
    [InlineData("it's we'll I'd'x", "it|'s| we|'ll| I|'d|'|x")]
    [InlineData("a  b\n\n c \n", "a| | b|\n\n| c| \n")]
    [InlineData("x\ny  ", "x|\n|y|  ")]
    [InlineData("abc123 45!? ...", "abc|123| 45|!?| ...")]
    [InlineData("\u00a0\u00a0d\u00e9j\u00e0 \u4e2d\u6587\u0664\u00b2", "\u00a0|\u00a0|d\u00e9j\u00e0| \u4e2d\u6587|\u0664\u00b2")]
    [InlineData("\U0001D400\U0001F600", "\U0001D400|\U0001F600")]
    public void WordsAreThoseOfGpt2(string text, string expected) =>
        Assert.Equal(expected.Split('|'), Split(Encoding.UTF8.GetBytes(text)));

    [Property]
    public bool TheScannerAgreesWithThePattern(string text)
    {
        // .NET's classes see halves of surrogate pairs, the scanner whole code points; so only the basic plane is compared.
        string basic = string.Concat(text.Where(c => !char.IsSurrogate(c)));
        return Pattern.Matches(basic).Select(m => m.Value).SequenceEqual(Split(Encoding.UTF8.GetBytes(basic)));
    }

    [Fact]
    public void InvalidBytesCountAsSymbols() =>
        Assert.Equal([1, 4],
            new[] { _scanner.End([(byte)'a', 0xFF], 0), _scanner.End([(byte)' ', 0xFF, 0xC0, (byte)'!', (byte)'a'], 0) });
}

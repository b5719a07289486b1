using Xunit;

namespace ManagedTransformer.Tests;

/// <summary>Sentences may have parts of a stranger's file in them, and are shown on terminals.</summary>
public sealed class InputExceptionTests
{
    [Theory]
    [InlineData("the key 'a\u001b[2Jb'", "the key 'a\\u001b[2Jb'")]
    [InlineData("two\nlines\r\n", "two\\u000alines\\u000d\\u000a")]
    [InlineData("\u202egnp.exe\u2066", "\\u202egnp.exe\\u2066")]
    [InlineData("a\u2028b\u0085", "a\\u2028b\\u0085")]
    [InlineData("日本 \U0001F600 é", "日本 \U0001F600 é")]
    [InlineData("", "")]
    public void NothingInThemCommandsATerminal(string message, string shown)
    {
        Assert.Equal(shown, new InputException(message).Message);
        Assert.Equal(shown, new InputException(message, new IOException()).Message);
    }

    [Fact]
    public void HalvesOfCharactersAreWrittenOut() =>
        Assert.Equal("\\ud83d and \\ude00", new InputException(string.Concat("\ud83d", " and ", "\ude00")).Message);

    [Fact]
    public void OfAVeryLongOneTheMiddleIsLeftOut()
    {
        string message = new InputException($"begin{new string('x', 1_000_000)}end").Message;
        Assert.Equal(2000, message.Length);
        Assert.StartsWith("begin", message, StringComparison.Ordinal);
        Assert.EndsWith("end", message, StringComparison.Ordinal);
    }
}

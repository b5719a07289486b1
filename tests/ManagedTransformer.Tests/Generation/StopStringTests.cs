using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using ManagedTransformer.Generation;
using Xunit;

namespace ManagedTransformer.Tests.Generation;

/// <summary>Strings that end a text that comes in pieces.</summary>
public sealed class StopStringTests
{
    [Theory]
    [InlineData("ab|cd|ef", "de", "abc", "de")]
    [InlineData("ab|c", "bd", "abc", null)]
    [InlineData("stop here", "stop", "", "stop")]
    [InlineData("aaa|b", "aab", "a", "aab")]
    [InlineData("x\U0001F600|\U0001F601y", "\U0001F600\U0001F601", "x", "\U0001F600\U0001F601")]
    [InlineData("abc", "abc;b", "a", "b")]
    [InlineData("abcd", "bcd;cd", "a", "bcd")]
    public void TheTextEndsBeforeTheString(string pieces, string stops, string expected, string? found)
    {
        StopStrings scanner = new(stops.Split(';'));
        string text = string.Concat(pieces.Split('|').Select(scanner.Append)) + scanner.Flush();
        Assert.Equal((expected, found), (text, scanner.Found));
    }

    [Fact]
    public void NothingThatMayBelongToAStringIsGivenOut()
    {
        StopStrings scanner = new(["</s>"]);
        Assert.Equal("a", scanner.Append("a<"));
        Assert.Equal("", scanner.Append("/"));
        Assert.Equal("</x", scanner.Append("x"));
        Assert.Equal("", scanner.Append("</s"));
        Assert.Equal("</s", scanner.Flush());
    }

    /// <summary>Few letters, so that strings occur, overlap and begin within each other.</summary>
    [Property(MaxTest = 300)]
    public Property WhatIsFoundDoesNotDependOnThePieces() => Prop.ForAll(
        Gen.Elements("a", "b", "\U0001F600").ListOf().Select(parts => string.Concat(parts)).Three().ToArbitrary(),
        Gen.Choose(1, 4).ListOf().ToArbitrary(),
        (texts, sizes) =>
        {
            string[] stops = [.. new[] { texts.Item2, texts.Item3 }.Where(stop => stop.Length > 0)];
            int end = Enumerable.Range(0, texts.Item1.Length + 1)
                .FirstOrDefault(length => stops.Any(stop => texts.Item1[..length].EndsWith(stop, StringComparison.Ordinal)), -1);
            string? found = end < 0 ? null
                : stops.Where(stop => texts.Item1[..end].EndsWith(stop, StringComparison.Ordinal)).MaxBy(stop => stop.Length);
            string expected = found is null ? texts.Item1 : texts.Item1[..(end - found.Length)];
            StopStrings scanner = new(stops);
            string given = "", rest = texts.Item1;
            for (int i = 0; rest.Length > 0 && scanner.Found is null; i++)
            {
                int size = Math.Min(rest.Length, sizes.Count > 0 ? sizes[i % sizes.Count] : 1);
                size += size < rest.Length && char.IsLowSurrogate(rest[size]) ? 1 : 0;
                string piece = scanner.Append(rest[..size]);
                Assert.True(piece.Length == 0 || !(char.IsLowSurrogate(piece[0]) || char.IsHighSurrogate(piece[^1])));
                given += piece;
                rest = rest[size..];
            }

            return given + scanner.Flush() == expected && scanner.Found == found;
        });
}

using System.Text;
using ManagedTransformer.Data.Pairs;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Files;
using ManagedTransformer.Tokenization;
using Xunit;

namespace ManagedTransformer.Tests.Data;

/// <summary>Text is UTF-8 wherever it comes from.</summary>
public sealed class Utf8TextTests
{
    private static readonly byte[] _mark = [0xEF, 0xBB, 0xBF];

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1 << 20)]
    public void LinesEndWithLineFeedsAndAMarkIsDropped(int step)
    {
        string longLine = new('ü', 100_000);
        byte[] text = [.. _mark, .. Encoding.UTF8.GetBytes($"für\r\n\r\nzwei\u2028\u0085\rdrei\n{longLine}\n\uFEFFvier\r")];
        Assert.Equal(["für", "", "zwei\u2028\u0085\rdrei", longLine, "\uFEFFvier"], Utf8Text.ReadLines(new Drops(text, step), "input"));
        Assert.Equal($"für\n\nzwei\u2028\u0085\rdrei\n{longLine}\n\uFEFFvier\r", Utf8Text.Read(new Drops(text, step), "input"));
        Assert.Equal("a\nb\r", Utf8Text.Clean("\uFEFFa\r\nb\r"));
        Assert.Empty(Utf8Text.ReadLines(new MemoryStream(_mark[..0]), "input"));
        Assert.Equal("", Utf8Text.Read(new MemoryStream(_mark), "input"));
    }

    [Fact]
    public void LinesAreGivenAsSoonAsTheyAreThere()
    {
        Drops stream = new("one\ntwo\n"u8.ToArray(), 1);
        using IEnumerator<string> lines = Utf8Text.ReadLines(stream, "input").GetEnumerator();
        Assert.True(lines.MoveNext());
        Assert.Equal("one", lines.Current);
        Assert.Equal(4, stream.Position);
    }

    [Theory]
    [InlineData(new byte[] { (byte)'a', 10, 0xFC, 10 }, 2)]
    [InlineData(new byte[] { 0xC3, 10 }, 1)]
    [InlineData(new byte[] { 10, 10, (byte)'a', 0xED, 0xA0, 0x80 }, 3)]
    public void WhatIsNotUtf8IsRefusedByItsLine(byte[] text, int line)
    {
        string expected = $"Line {line} of input is not UTF-8.";
        Assert.Equal(expected, Assert.Throws<InputException>(() => Utf8Text.Read(new MemoryStream(text), "input")).Message);
        Assert.Equal(expected, Assert.Throws<InputException>(() => Utf8Text.ReadLines(new MemoryStream(text), "input").Count()).Message);
        Assert.Equal($"Line {line} of the text is not UTF-8.", Assert.Throws<InputException>(() => WordTokenizer.FromText(text)).Message);
        WordTokenizer words = WordTokenizer.FromText("a");
        Assert.Equal($"Line {line} of the text is not UTF-8.", Assert.Throws<InputException>(() => words.Encode(text)).Message);
    }

    [Theory]
    [InlineData("utf-16LE", true, "UTF-16")]
    [InlineData("utf-16BE", true, "UTF-16")]
    [InlineData("utf-32LE", true, "UTF-32")]
    [InlineData("utf-32BE", true, "UTF-32")]
    [InlineData("utf-16LE", false, "UTF-16LE")]
    [InlineData("utf-16BE", false, "UTF-16BE")]
    public void OtherUnicodeIsRefusedByItsName(string encoding, bool hasMark, string name)
    {
        using TemporaryFolder folder = new();
        Encoding other = encoding switch
        {
            "utf-16LE" => new UnicodeEncoding(false, true),
            "utf-16BE" => new UnicodeEncoding(true, true),
            "utf-32LE" => new UTF32Encoding(false, true),
            _ => new UTF32Encoding(true, true),
        };
        byte[] text = [.. hasMark ? other.GetPreamble() : [], .. other.GetBytes("Süße Grüße\r\nund mehr\r\n")];
        File.WriteAllBytes(folder["a.txt"], text);
        string[] messages =
        [
            Assert.Throws<InputException>(() => Utf8Text.Read(new MemoryStream(text), "input")).Message,
            Assert.Throws<InputException>(() => Utf8Text.ReadLines(new Drops(text, 1), "input").Count()).Message,
            Assert.Throws<InputException>(() => TextCorpus.Load(folder["a.txt"])).Message,
            Assert.Throws<InputException>(() => ParallelCorpus.LoadTable(folder["a.txt"])).Message,
        ];
        Assert.All(messages, message => Assert.Contains($"is {name} text, not UTF-8", message, StringComparison.Ordinal));
        Assert.All(messages[2..], message => Assert.Contains("a.txt", message, StringComparison.Ordinal));
        Assert.All(messages, message => Assert.Contains($"iconv -f {name} -t UTF-8", message, StringComparison.Ordinal));
    }

    [Fact]
    public void AZeroByteIsACharacterLikeAnyOther() => Assert.Equal("a\0b", Utf8Text.Read(new MemoryStream("a\0b"u8.ToArray()), "input"));

    [Fact]
    public void CorporaHaveNoMarkAndOneLineEndUnlessTheyAreRaw()
    {
        using TemporaryFolder folder = new();
        byte[] text = [.. _mark, .. "a\r\nb\r\r\nc\rd\r\n"u8];
        File.WriteAllBytes(folder["a.txt"], text);
        Assert.Equal("a\nb\r\nc\rd\n"u8.ToArray(), TextCorpus.Load(folder["a.txt"], new() { ValidationFraction = 0 }).Train.ToArray());
        Assert.Equal(text, TextCorpus.Load(folder["a.txt"], new() { ValidationFraction = 0, Raw = true }).Train.ToArray());
        File.WriteAllBytes(folder["b.txt"], [0xFF, 0xFE, 1, 0, 2, 0]);
        Assert.Equal(6, TextCorpus.Load(folder["b.txt"], new() { ValidationFraction = 0, Raw = true }).Train.Length);
        File.WriteAllBytes(folder["train.txt"], text);
        File.WriteAllBytes(folder["valid.txt"], text);
        Assert.Equal(9, TextCorpus.Load(folder.Name).Validation.Length);
    }

    /// <summary>A stream that gives a few bytes at a time, as a pipe or a person does.</summary>
    private sealed class Drops(byte[] content, int step) : MemoryStream(content)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, step));

        public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(buffer.Length, step)]);
    }
}

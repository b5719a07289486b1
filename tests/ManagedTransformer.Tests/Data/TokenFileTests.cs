using ManagedTransformer.Data.Text;
using ManagedTransformer.Hashing;
using Xunit;

namespace ManagedTransformer.Tests.Data;

public class TokenFileTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(256)]
    [InlineData(257)]
    [InlineData(65536)]
    [InlineData(65537)]
    [InlineData(int.MaxValue)]
    public void AFileGivesBackItsIds(int vocabularySize)
    {
        using var folder = new TemporaryFolder();
        var random = new SplitMix64(1);
        int[] ids = new int[40_000];
        foreach (ref int id in ids.AsSpan())
        {
            id = (int)SplitMix64.Scale(random.Next(), vocabularySize);
        }

        using (var writer = new TokenFileWriter(folder["a.tokens"], vocabularySize, 42))
        {
            writer.Write(ids.AsSpan(0, 7));
            writer.Write(ids.AsSpan(7));
            Assert.False(File.Exists(folder["a.tokens"]));
            writer.Complete();
        }

        Assert.Equal(folder["a.tokens"], Assert.Single(Directory.GetFiles(folder.Name)));
        using TokenFile file = TokenFile.Open(folder["a.tokens"]);
        file.Verify();
        Assert.Equal((ids.Length, vocabularySize, 42UL), (file.Length, file.VocabularySize, file.TokenizerFingerprint));
        int[] read = new int[39_000];
        file.Read(999, read);
        Assert.Equal(ids[999..39_999], read);
        (TokenStream first, TokenStream last) = file.SplitLast(0.1);
        Assert.Equal((36_000, 4_000), (first.Length, last.Length));
        last.Slice(5, 10).Read(2, read.AsSpan(0, 3));
        Assert.Equal(ids[36_007..36_010], read[..3]);
        Assert.Throws<ArgumentOutOfRangeException>(() => first.Read(35_999, new int[2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => file.Read(-1, new int[2]));
    }

    [Fact]
    public void AnEmptyFileIsValid()
    {
        using var folder = new TemporaryFolder();
        using (var writer = new TokenFileWriter(folder["a"], 10))
        {
            writer.Complete();
        }

        using TokenFile file = TokenFile.Open(folder["a"]);
        file.Verify();
        Assert.Equal(0, file.Length);
        file.Read(0, []);
    }

    [Fact]
    public void AnIncompleteWriterLeavesTheOldFile()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a"], "old");
        using (var writer = new TokenFileWriter(folder["a"], 10))
        {
            writer.Write([1, 2, 3]);
            Assert.Throws<ArgumentOutOfRangeException>(() => writer.Write([10]));
        }

        Assert.Equal("old", File.ReadAllText(Assert.Single(Directory.GetFiles(folder.Name))));
    }

    [Fact]
    public void DamagedFilesAreRefused()
    {
        using var folder = new TemporaryFolder();
        using (var writer = new TokenFileWriter(folder["a"], 1000))
        {
            writer.Write([1, 2, 3, 999]);
            writer.Complete();
        }

        byte[] good = File.ReadAllBytes(folder["a"]);
        Refuse(good[..^1], "should hold 4 ids");
        Refuse([.. good, 0, 0], "should hold 4 ids");
        Refuse(good[..20], "not a token file");
        Refuse([], "not a token file");
        Refuse([1, .. good[1..]], "not a token file");
        Refuse([.. good[..8], 9, .. good[9..]], "version 9");
        Refuse([.. good[..12], 3, .. good[13..]], "damaged header");
        File.WriteAllBytes(folder["b"], [.. good[..^2], 5, 0]);
        using (TokenFile file = TokenFile.Open(folder["b"]))
        {
            Assert.Contains("checksum", Assert.Throws<InputException>(file.Verify).Message, StringComparison.Ordinal);
        }

        File.WriteAllBytes(folder["b"], [.. good[..^1], 255]);
        using (TokenFile file = TokenFile.Open(folder["b"]))
        {
            Assert.Contains("at token 3", Assert.Throws<InputException>(file.Verify).Message, StringComparison.Ordinal);
        }

        Assert.Contains("does not exist", Assert.Throws<InputException>(() => TokenFile.Open(folder["c"])).Message,
            StringComparison.Ordinal);
        Assert.Contains("is a folder", Assert.Throws<InputException>(() => TokenFile.Open(folder.Name)).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => new TokenFileWriter(folder["none/a"], 10));

        void Refuse(byte[] bytes, string message)
        {
            File.WriteAllBytes(folder["b"], bytes);
            Assert.Contains(message, Assert.Throws<InputException>(() => TokenFile.Open(folder["b"])).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void StreamsInMemoryGiveBackTheirIds()
    {
        foreach (int[] ids in new int[][] { [], [0, 255], [0, 256, 65535], [1, 65536, int.MaxValue] })
        {
            int[] read = new int[ids.Length];
            TokenStream.FromIds(ids).Read(0, read);
            Assert.Equal(ids, read);
        }

        Assert.Throws<ArgumentOutOfRangeException>(() => TokenStream.FromIds([-1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => TokenStream.FromIds([1]).SplitLast(double.NaN));
    }
}

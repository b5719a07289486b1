using System.IO.Compression;
using System.Text;
using ManagedTransformer.Data.Pairs;
using Xunit;

namespace ManagedTransformer.Tests.Data;

/// <summary>Reading sentence pairs.</summary>
public sealed class ParallelCorpusTests
{
    [Fact]
    public void LinesEndWithLineFeedsAlone()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["a"], "\uFEFF one \u2028 two\u0085\r\nthree\u00a0four \r\n");
        File.WriteAllText(folder["b"], "eins\nzwei");
        ParallelCorpus corpus = ParallelCorpus.Load(folder["a"], folder["b"]);
        Assert.Equal([new("one \u2028 two", "eins"), new("three\u00a0four", "zwei")], corpus.Pairs);
    }

    [Fact]
    public void FilesOfDifferentLengthsAreRefusedWithBothCounts()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["a.en"], "x\ny\nz\n");
        File.WriteAllText(folder["a.de"], "x\ny\n");
        string message = Assert.Throws<InputException>(() => ParallelCorpus.Load(folder["a.en"], folder["a.de"])).Message;
        Assert.Contains("a.en' has 3 lines", message, StringComparison.Ordinal);
        Assert.Contains("a.de' has 2", message, StringComparison.Ordinal);
    }

    [Fact]
    public void EmptyLinesDropTheirPairsOrAreRefusedOrKept()
    {
        using TemporaryFolder folder = new();
        File.WriteAllText(folder["a"], "x\n \r\nz\nw\n");
        File.WriteAllText(folder["b"], "1\n2\n\n4\n");
        ParallelCorpus corpus = ParallelCorpus.Load(folder["a"], folder["b"]);
        Assert.Equal([new("x", "1"), new("w", "4")], corpus.Pairs);
        Assert.Equal(2, corpus.EmptyPairs);
        string message =
            Assert.Throws<InputException>(() => ParallelCorpus.Load(folder["a"], folder["b"], new() { RefuseEmptyLines = true })).Message;
        Assert.Contains("source sentence of line 2", message, StringComparison.Ordinal);
        ParallelCorpus whole = ParallelCorpus.Load(folder["a"], folder["b"], new() { KeepEmptyLines = true, MaxRatio = 1 });
        Assert.Equal([new("x", "1"), new("", "2"), new("z", ""), new("w", "4")], whole.Pairs);
        Assert.Equal(0, whole.EmptyPairs);
        Assert.Equal($"Line 4 of '{folder["b"]}'", corpus.Place(1, isTarget: true));
        Assert.Equal($"Line 4 of '{folder["a"]}'", whole.Select([3]).Place(0, isTarget: false));
        Assert.Throws<InputException>(() => ParallelCorpus.Filter("x", [], new() { KeepEmptyLines = true, RefuseEmptyLines = true }));
    }

    [Fact]
    public void LongAndUnevenPairsAreCounted()
    {
        SentencePair[] pairs = [new("a b c d", "x y"), new("a", "x y"), new("a", "x y z"), new("a\u00a0b c", "x y z"), new("a", "")];
        ParallelCorpus corpus = ParallelCorpus.Filter("test", pairs, new() { MaxWords = 3, MaxRatio = 2 });
        Assert.Equal([pairs[1], pairs[3]], corpus.Pairs);
        Assert.Equal((1, 1, 1), (corpus.LongPairs, corpus.UnevenPairs, corpus.EmptyPairs));
        Assert.Throws<InputException>(() => ParallelCorpus.Filter("test", pairs, new() { MaxRatio = 0.5 }));
    }

    [Fact]
    public void TablesAreReadByColumns()
    {
        using TemporaryFolder folder = new();
        using (GZipStream gzip = new(File.Create(folder["pairs.tsv.gz"]), CompressionMode.Compress))
        {
            gzip.Write(Encoding.UTF8.GetBytes("Hi.\tSalut !\tCC-BY\r\nGo.\tVa !\tCC-BY\r\n\tVide\tx\n"));
        }

        ParallelCorpus corpus = ParallelCorpus.LoadTable(folder["pairs.tsv.gz"], sourceColumn: 1, targetColumn: 0);
        Assert.Equal([new("Salut !", "Hi."), new("Va !", "Go.")], corpus.Pairs);
        Assert.Equal(1, corpus.EmptyPairs);
        Assert.Contains("Line 1", Assert.Throws<InputException>(() => ParallelCorpus.LoadTable(folder["pairs.tsv.gz"], 0, 3)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void WhatIsNotUtf8IsNamed()
    {
        using TemporaryFolder folder = new();
        File.WriteAllBytes(folder["a"], [(byte)'x', (byte)'\n', 0xC3, (byte)'\n']);
        Assert.Contains("Line 2", Assert.Throws<InputException>(() => ParallelCorpus.LoadTable(folder["a"])).Message,
            StringComparison.Ordinal);
        Assert.Contains("does not exist", Assert.Throws<InputException>(() => ParallelCorpus.Load(folder["none"], folder["a"])).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void FoldersHaveParts()
    {
        using TemporaryFolder folder = new();
        foreach (string part in (string[])["train", "val"])
        {
            File.WriteAllText(folder[part + ".en"], $"a {part}\n");
            File.WriteAllText(folder[part + ".de"], $"ein {part}\n");
        }

        TranslationCorpus corpus = TranslationCorpus.Load(folder.Name, "en", "de");
        Assert.Equal([new("a train", "ein train")], corpus.Train.Pairs);
        Assert.Equal([new("a val", "ein val")], corpus.Validation.Pairs);
        Assert.Empty(corpus.Test.Pairs);
        Assert.Contains("train.fr", Assert.Throws<InputException>(() => TranslationCorpus.Load(folder.Name, "fr", "de")).Message,
            StringComparison.Ordinal);
        Assert.Contains("builtin:translation", Assert.Throws<InputException>(() => TranslationCorpus.Load("builtin:other")).Message,
            StringComparison.Ordinal);
    }
}

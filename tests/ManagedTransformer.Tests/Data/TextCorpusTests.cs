using System.IO.Compression;
using System.Text;
using ManagedTransformer.Data.Builtin;
using ManagedTransformer.Data.Text;
using Xunit;

namespace ManagedTransformer.Tests.Data;

public class TextCorpusTests
{
    private static string Text(ReadOnlyMemory<byte> bytes) => Encoding.UTF8.GetString(bytes.Span);

    private static void WriteGzip(string path, string text)
    {
        using var gzip = new GZipStream(File.Create(path), CompressionMode.Compress);
        gzip.Write(Encoding.UTF8.GetBytes(text));
    }

    [Fact]
    public void AFileIsCutByFractions()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["a.txt"], "0123456789abcdefghij");
        TextCorpus corpus = TextCorpus.Load(folder["a.txt"]);
        Assert.Equal(("0123456789abcdefgh", "ij", ""), (Text(corpus.Train), Text(corpus.Validation), Text(corpus.Test)));
        corpus = TextCorpus.Load(folder["a.txt"], new() { ValidationFraction = 0.2, TestFraction = 0.1 });
        Assert.Equal(("0123456789abcd", "efgh", "ij"), (Text(corpus.Train), Text(corpus.Validation), Text(corpus.Test)));
        corpus = TextCorpus.Load(folder["a.txt"], new() { ValidationFraction = 0 });
        Assert.Equal((20, 0), (corpus.Train.Length, corpus.Validation.Length));
        Assert.Null(corpus.ValidationFloor);
    }

    [Fact]
    public void NoCharacterIsCutInTwo()
    {
        using var folder = new TemporaryFolder();
        string text = string.Concat(Enumerable.Repeat("a\u00e4\u20ac\U0001F600", 10));
        WriteGzip(folder["a.txt.gz"], text);
        for (int percent = 1; percent < 50; percent++)
        {
            TextCorpus corpus = TextCorpus.Load(folder["a.txt.gz"], new() { ValidationFraction = percent / 100.0, TestFraction = 0.3 });
            Assert.Equal(text, Text(corpus.Train) + Text(corpus.Validation) + Text(corpus.Test));
        }
    }

    [Fact]
    public void AFolderNamesItsParts()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["train.txt"], "train text");
        WriteGzip(folder["val.txt.gz"], "valid");
        TextCorpus corpus = TextCorpus.Load(folder.Name);
        Assert.Equal(("train text", "valid", ""), (Text(corpus.Train), Text(corpus.Validation), Text(corpus.Test)));
        File.WriteAllText(folder["test.txt"], "test");
        Assert.Equal("test", Text(TextCorpus.Load(folder.Name).Test));
    }

    [Fact]
    public void StoriesAreBuiltIn()
    {
        TextCorpus corpus = TextCorpus.Load(TextCorpus.BuiltInStories, new()
        {
            StoryTrainCharacters = 20_000,
            StoryValidationCharacters = 10_000,
        });
        Assert.InRange(corpus.Train.Length, 20_000, 22_000);
        string validation = Text(corpus.Validation);
        Assert.Equal(corpus.ValidationFloor!.Value,
            -StoryCorpus.ComputeLogProbability(validation) / Math.Log(2) / validation.Length, 1e-12);
        Assert.NotEqual(Text(corpus.Test), validation);
    }

    [Fact]
    public void BadSourcesAreRefused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["empty.txt"], "");
        File.WriteAllText(folder["bad.gz"], "no gzip");
        File.WriteAllText(folder["one.txt"], "x");
        Refuse(folder["none.txt"], "does not exist");
        Refuse(folder["empty.txt"], "is empty");
        Refuse(folder["bad.gz"], "gzip");
        Directory.CreateDirectory(folder["none"]);
        Refuse(folder["none"], "train.txt");
        Refuse("builtin:poems", "builtin:poems");
        Refuse(folder["one.txt"], "nothing left", new() { ValidationFraction = 0.9 });
        Refuse(folder["one.txt"], "validation_fraction is 1.5", new() { ValidationFraction = 1.5 });
        Refuse(folder["one.txt"], "test_fraction is NaN", new() { TestFraction = double.NaN });

        static void Refuse(string source, string message, TextCorpusOptions? options = null) =>
            Assert.Contains(message, Assert.Throws<InputException>(() => TextCorpus.Load(source, options)).Message,
                StringComparison.Ordinal);
    }
}

using System.Text;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Tokenization.Chat;
using Parquet;
using Xunit;

namespace ManagedTransformer.Tests.Data;

/// <summary>Records of Parquet files that another library wrote.</summary>
public sealed class ParquetTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(CompressionMethod.None)]
    [InlineData(CompressionMethod.Snappy)]
    [InlineData(CompressionMethod.Gzip)]
    [InlineData(CompressionMethod.Zstd)]
    public void TextsAreReadHoweverTheyAreCompressed(CompressionMethod compression)
    {
        // Repeated texts go into a dictionary, texts of their own do not; some are long, and some are hard to compress.
        Random random = new(7);
        string[] texts =
        [
            .. Enumerable.Range(0, 700).Select(i => i % 3 == 0 ? "again and again ü€😀" : i % 50 == 1 ? "" : string.Concat(
                Enumerable.Range(0, random.Next(200)).Select(_ => $"{Word()} "))),
        ];
        string[] alone = [.. texts.Select((text, i) => $"{i} {text} {new string('x', i % 7 * 100)}")];
        foreach (string[] written in (string[][])[texts, alone])
        {
            ParquetWriting.Write(_folder["a.parquet"], compression, 3, ("text", written));
            string all = string.Concat(written.Select(text => text + "\n"));
            Assert.Equal(all + all + all, Text(Load()));
        }

        string Word() => random.Next(3) == 0 ? Convert.ToBase64String(BitConverter.GetBytes(random.NextInt64())) : "the quick brown fox";
    }

    [Fact]
    public void ColumnsAreNamedAsFieldsAre()
    {
        ParquetWriting.Write(
            _folder["a.parquet"], CompressionMethod.Snappy, 1, ("question", ["a", "c", null]), ("answer", ["b", "d", null]),
            ("t", [null, null, "e"]));
        TextCorpus corpus = Load(new() { Prompt = "question", Completion = "answer", Text = "t" });
        Assert.Equal("ab\ncd\ne\n", Text(corpus));
        Assert.Equal([false, true, false, true, true], corpus.TrainPart.Segments!.Select(segment => segment.IsCounted));
    }

    [Fact]
    public void ShardsAreReadInTheOrderOfTheirNames()
    {
        Directory.CreateDirectory(_folder["data"]);
        ParquetWriting.Write(_folder["data/train-00001-of-00002.parquet"], CompressionMethod.Zstd, 1, ("text", ["c"]));
        ParquetWriting.Write(_folder["data/train-00000-of-00002.parquet"], CompressionMethod.Snappy, 2, ("text", ["a", "b"]));
        Assert.Equal("a\nb\na\nb\nc\n", Text(TextCorpus.Load(_folder["data"], new() { ValidationFraction = 0 })));
    }

    [Fact]
    public void MessagesAreListsOfStructures()
    {
        // Two rows: two messages, and three.
        ParquetWriting.WriteMessages(
            _folder["a.parquet"], ["user", "assistant", "system", "user", "assistant"], ["q", "a", "s", "p", "b"], [4, 4, 4, 4, 4],
            [0, 1, 0, 1, 1]);
        TextCorpus corpus = Load();
        Assert.Equal("<user>q</><assistant>a</><system>s</><user>p</><assistant>b</>", Text(corpus));
        Assert.Equal([false, true, false, true], corpus.TrainPart.Segments!.Select(segment => segment.IsCounted));

        // An empty list, one that is absent, and a message without content.
        ParquetWriting.WriteMessages(_folder["a.parquet"], ["user"], ["q"], [1, 4], [0, 0]);
        Refuse("(row 1): the conversation has no messages");
        ParquetWriting.WriteMessages(_folder["a.parquet"], [], [], [0], [0]);
        Refuse("(row 1): the conversation has no messages");
        ParquetWriting.WriteMessages(_folder["a.parquet"], [], [], [3], [0]);
        Refuse("(row 1), message 1: the message has no 'role'");
    }

    [Fact]
    public void WhatHasNoSuchColumnIsToldWhichItHas()
    {
        ParquetWriting.Write(_folder["a.parquet"], CompressionMethod.None, 1, ("body", ["a"]), ("title", ["b"]));
        Refuse("a.parquet has neither a column 'text' nor 'prompt' and 'completion', nor a conversation 'messages', but 'body'");
        Refuse("has no column 'nope', but 'body', 'title', 'number'", new() { Text = "nope" });
        Refuse("has no column 'chat', but 'body'", new() { Messages = "chat" });
        Refuse("the column 'number' holds integers or times, not texts", new() { Text = "number" });
        Refuse("the column 'body' holds texts; conversations are lists", new() { Messages = "body" });
        ParquetWriting.WriteMessages(_folder["a.parquet"], ["user"], ["q"], [4], [0]);
        Refuse("the column 'messages' holds nested values, not texts", new() { Text = "messages" });
        ParquetWriting.Write(_folder["a.parquet"], CompressionMethod.None, 2, ("text", ["a", null]));
        Refuse("(row 2): the column 'text' has no text here");
        ParquetWriting.Write(_folder["a.parquet"], CompressionMethod.None, 2, ("text", ["a", "b"]), ("prompt", [null, "c"]));
        Refuse("a.parquet (row 2): the record has both 'text' and 'prompt'; with");
        Assert.Equal("a\nb\na\nb\n", Text(Load(new() { Prompt = null })));
    }

    [Fact]
    public void WhatIsNotParquetOrNotWholeIsRefused()
    {
        File.WriteAllText(_folder["a.parquet"], "PAR1");
        Refuse("it is too short");
        File.WriteAllText(_folder["a.parquet"], "this is a text, not what its name says");
        Refuse("it does not begin with 'PAR1'");
        ParquetWriting.Write(_folder["a.parquet"], CompressionMethod.Snappy, 1, ("text", ["a", "b"]));
        byte[] bytes = File.ReadAllBytes(_folder["a.parquet"]);
        File.WriteAllBytes(_folder["a.parquet"], bytes[..^1]);
        Refuse("a part of it is missing");
        foreach (int value in (int[])[int.MaxValue, -1, 0, 3])
        {
            BitConverter.TryWriteBytes(bytes.AsSpan(bytes.Length - 8), value);
            File.WriteAllBytes(_folder["a.parquet"], bytes);
            Refuse("its metadata");
        }
    }

    [Theory]
    [InlineData(CompressionMethod.None)]
    [InlineData(CompressionMethod.Snappy)]
    [InlineData(CompressionMethod.Gzip)]
    [InlineData(CompressionMethod.Zstd)]
    public void DamageIsRefusedInASentence(CompressionMethod compression)
    {
        ParquetWriting.Write(
            _folder["a.parquet"], compression, 2, ("text", [.. Enumerable.Range(0, 40).Select(i => $"text {i % 20} {i % 3}")]));
        byte[] whole = File.ReadAllBytes(_folder["a.parquet"]);
        Random random = new(3);
        int refused = 0;
        for (int i = 0; i < 3000; i++)
        {
            byte[] bytes = [.. whole];
            for (int change = random.Next(3); change >= 0; change--)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            File.WriteAllBytes(_folder["a.parquet"], i % 5 == 0 ? [.. bytes[..random.Next(bytes.Length - 8)], .. bytes[^8..]] : bytes);
            try
            {
                Load();
            }
            catch (InputException e)
            {
                Assert.Contains("a.parquet", e.Message, StringComparison.Ordinal);
                refused++;
            }
        }

        Assert.InRange(refused, 1000, 3000);
    }

    [Fact]
    public void AFileThatWouldBecomeTooLargeIsRefused()
    {
        // Texts that a dictionary repeats, and the same without one.
        string?[] texts = [.. Enumerable.Repeat(new string('b', 5_000), 16_000)];
        ParquetWriting.Write(_folder["a.parquet"], CompressionMethod.Zstd, 1, ("text", texts));
        Refuse("bytes of text, too much for a file of");
        ParquetWriting.Write(_folder["a.parquet"], CompressionMethod.Zstd, 1, hasDictionary: false, ("text", texts));
        Refuse("the column 'text' cannot be read: a page would have 80,064");
    }

    [Fact]
    public void AFileOfDuckDbIsReadAsJsonLinesAre()
    {
        // Version 2 of pages, lengths in front of texts, Zstandard, several groups of rows: what the other library does not write.
        string file = Path.Combine(Repository.Root, "tests", "cases", "parquet", "duckdb.parquet");
        StringBuilder texts = new(), turns = new();
        for (int i = 0; i < 3000; i++)
        {
            texts.Append("row ").Append(i).Append(i % 7 == 0 ? " \u00fc\u20ac" : "").Append('\n');
            turns.Append("<user>q").Append(i).Append("</><assistant>a").Append(i * 7919 % 1013).Append("</>");
        }

        File.Copy(file, _folder["a.parquet"]);
        Assert.Equal(texts.ToString(), Text(Load()));
        Assert.Equal(turns.ToString(), Text(Load(new() { Messages = "messages" })));
    }

    private void Refuse(string expected, RecordFields? fields = null)
    {
        string message = Assert.Throws<InputException>(() => Load(fields)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("a.parquet", message, StringComparison.Ordinal);
    }

    private TextCorpus Load(RecordFields? fields = null) => TextCorpus.Load(_folder["a.parquet"], new TextCorpusOptions
    {
        ValidationFraction = 0,
        Fields = fields ?? new(),
        Template = new ChatTemplate("""
            {%- for m in messages %}<{{ m.role }}>{{ m.content }}</>{% endfor %}{% if add_generation_prompt %}<assistant>{% endif %}
            """),
    });

    private static string Text(TextCorpus corpus) => Encoding.UTF8.GetString(corpus.Train.Span);
}

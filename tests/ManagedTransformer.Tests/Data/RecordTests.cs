using System.IO.Compression;
using System.Text;
using System.Text.Json;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Datasets;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tokenization;
using Xunit;

namespace ManagedTransformer.Tests.Data;

/// <summary>Texts of records, and folders of several files.</summary>
public sealed class RecordTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TextsStandBehindOneAnotherWithASeparator()
    {
        TextCorpus corpus = Load("""
            {"text": "one"}

            {"id": 7, "text": "zwei ü \u20ac", "prompt": null}
            """);
        Assert.Equal("one\nzwei ü €\n", Encoding.UTF8.GetString(corpus.Train.Span));
        Assert.False(corpus.TrainPart.HasPrompts);
        corpus = Load("""{"text": "a"}""" + "\n" + """{"text": "b"}""", separator: "<|end|>");
        Assert.Equal("a<|end|>b<|end|>", Encoding.UTF8.GetString(corpus.Train.Span));
    }

    [Fact]
    public void TargetsOfPromptsAreLeftOut()
    {
        TextCorpus corpus = Load("""
            {"prompt": "ab", "completion": "cd"}
            {"text": "ef"}
            """);
        EncodedText text = EncodedText.Of(corpus.TrainPart, new ByteTokenizer(), padding: null);
        int[] targets = new int[8], tokens = new int[8];
        text.Stream.ReadTargets(0, targets);
        text.Stream.Read(0, tokens);
        Assert.Equal("abcd\nef\n"u8.ToArray().Select(b => (int)b), tokens);
        Assert.Equal([-1, -1, 'c', 'd', '\n', 'e', 'f', '\n'], targets);
        Assert.Equal(1, text.TokensPerCharacter);

        // A slice is as the whole, and padding stands for what is left out where the model has one.
        text.Stream.Slice(1, 3).ReadTargets(0, targets.AsSpan(0, 3));
        Assert.Equal([-1, 'c', 'd'], targets[..3]);
        EncodedText.Of(corpus.TrainPart, new ByteTokenizer(), padding: 5).Stream.ReadTargets(0, targets.AsSpan(0, 3));
        Assert.Equal([5, 5, 'c'], targets[..3]);
    }

    [Fact]
    public void PromptAndCompletionAreTokenizedApart()
    {
        BytePairTokenizer tokenizer = BytePairTokenizer.Train("abab abab abab abab abab"u8, 260);
        Assert.True(tokenizer.Encode("abab"u8).Length < tokenizer.Encode("aba"u8).Length + tokenizer.Encode("b"u8).Length);
        EncodedText text = EncodedText.Of(Load("""{"prompt": "aba", "completion": "b"}""").TrainPart, tokenizer, null);
        int[] tokens = new int[(int)text.Stream.Length];
        text.Stream.Read(0, tokens);
        Assert.Equal([.. tokenizer.Encode("aba"u8), .. tokenizer.Encode("b\n"u8)], tokens);
    }

    [Fact]
    public void WindowsBeginWithRecordsThatHaveSomethingToLearn()
    {
        string lines = string.Concat(Enumerable.Range(0, 40).Select(i =>
            $$"""{"prompt": "{{new string('p', i % 4 == 0 ? 30 : 3)}}", "completion": "{{(char)('a' + (i % 15))}}c{{Rest(i)}}"}""" + "\n"));
        TokenStream stream = EncodedText.Of(Load(lines).TrainPart, new ByteTokenizer(), null).Stream;
        RandomWindowBatches batches = new(stream, 4, 8, seed: 3);
        int[] inputs = new int[32], targets = new int[32];
        for (int step = 0; step < 50; step++)
        {
            batches.Next(inputs, targets);
            for (int row = 0; row < 4; row++)
            {
                Assert.Equal("ppp", string.Concat(inputs.AsSpan(row * 8, 3).ToArray().Select(id => (char)id)));
                Assert.NotEqual('p', inputs[(row * 8) + 3]);
                Assert.Equal([-1, -1], targets.AsSpan(row * 8, 2).ToArray());
                Assert.NotEqual(-1, targets[(row * 8) + 2]);
            }
        }

        // From its position a source goes on with the same windows.
        BatchPosition position = batches.Position;
        batches.Next(inputs, targets);
        int[] expected = [.. inputs];
        RandomWindowBatches resumed = new(stream, 4, 8, seed: 3) { Position = position };
        resumed.Next(inputs, targets);
        Assert.Equal(expected, inputs);

        Assert.Contains("No prompt is short enough", Assert.Throws<InputException>(() => ((MaskedTokenStream)EncodedText.Of(
            Load("""{"prompt": "0123456789", "completion": ""}""" + "\n" + """{"prompt": "012345678901234567", "completion": "x"}""",
                separator: "").TrainPart, new ByteTokenizer(), null).Stream).Starts(4)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void NoRecordIsCutInTwo()
    {
        string lines = string.Concat(Enumerable.Range(0, 30).Select(i => $$"""{"prompt": "p{{i}}", "completion": "c{{i}}"}""" + "\n"));
        for (int percent = 1; percent < 60; percent += 7)
        {
            TextCorpus corpus = Load(lines, validation: percent / 100.0, test: 0.2);
            foreach (TextPart part in (TextPart[])[corpus.TrainPart, corpus.ValidationPart, corpus.TestPart])
            {
                Assert.StartsWith("p", Encoding.UTF8.GetString(part.Text.Span), StringComparison.Ordinal);
                Assert.EndsWith("\n", Encoding.UTF8.GetString(part.Text.Span), StringComparison.Ordinal);
                Assert.Equal(part.Text.Length, part.Segments!.Sum(segment => segment.Length));
            }
        }
    }

    [Theory]
    [InlineData("{\"text\": \"a\"}\n[1]", "(line 2): the line is no JSON object")]
    [InlineData("{\"text\": \"a\"}\n\n{\"text\": ", "(line 3): the line is not valid JSON")]
    [InlineData("{\"content\": \"a\"}", "(line 1): the record has neither 'text' nor 'prompt' and 'completion', nor a conv")]
    [InlineData("{\"prompt\": \"a\"}", "neither 'text'")]
    [InlineData("{\"text\": \"a\"}\n{\"text\": \"a\", \"text\": \"a\"}", "(line 2): the key 'text' is given twice")]
    [InlineData("{\"text\": \"a\", \"x\": [{ \"y\": 1, \"y\": 2 }]}", "(line 1): the key 'x[0].y' is given twice")]
    [InlineData("{\"text\": \"a\"}\n{\"text\": \"a\", \"prompt\": \"b\"}", "(line 2): the record has both 'text' and 'prompt'; with")]
    [InlineData("{\"text\": \"a\", \"completion\": \"\"}", "(line 1): the record has both 'text' and 'completion'; with")]
    [InlineData("{\"text\": 3}", "the field 'text' must be a text")]
    [InlineData("{\"text\": \"\\ud800\"}", "not valid Unicode")]
    [InlineData("\n \n", "has no records")]
    public void WhatIsNoRecordIsToldByItsLine(string lines, string expected)
    {
        string message = Assert.Throws<InputException>(() => Load(lines)).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains("a.jsonl", message, StringComparison.Ordinal);
    }

    [Fact]
    public void FieldsMayHaveOtherNames()
    {
        Assert.Equal("a\n", Encoding.UTF8.GetString(Load("""{"body": "a", "prompt": "b", "completion": null, "text": "c"}""",
            fields: new() { Text = "body" }).Train.Span));
        const string Both = """{"text": "a", "prompt": "b", "completion": "c"}""";
        Assert.Equal("bc\n", Encoding.UTF8.GetString(Load(Both, fields: new() { Text = null }).Train.Span));
        Assert.Equal("a\n", Encoding.UTF8.GetString(Load(Both, fields: new() { Prompt = null }).Train.Span));
        TextCorpus corpus = Load("""{"question": "a", "answer": "b"}""", fields: new() { Prompt = "question", Completion = "answer" });
        Assert.Equal("ab\n", Encoding.UTF8.GetString(corpus.Train.Span));
        Assert.True(corpus.TrainPart.HasPrompts);
    }

    [Fact]
    public void ARecipeKeepsWhichOfBothIsTaken()
    {
        LanguageModelRecipe recipe = (LanguageModelRecipe)Recipe.Builtin("stories").With(["data.fields.prompt=null"]);
        string written = JsonSerializer.Serialize(recipe, RecipeJson.Default.LanguageModelRecipe);
        RecordFields read = JsonSerializer.Deserialize(written, RecipeJson.Default.LanguageModelRecipe)!.Data.Fields!;
        Assert.Equal(("text", null, "completion"), (read.Text, read.Prompt, read.Completion));
    }

    [Fact]
    public void ShardsAreReadInTheOrderOfTheirNames()
    {
        Directory.CreateDirectory(_folder["data"]);
        File.WriteAllText(_folder["data/b.txt"], "two\r\n");
        File.WriteAllText(_folder["data/a.jsonl"], """{"text": "one"}""");
        File.WriteAllText(_folder["data/README.md"], "no text");
        using (GZipStream file = new(File.Create(_folder["data/c.jsonl.gz"]), CompressionLevel.Fastest))
        {
            file.Write("""{"prompt": "thr", "completion": "ee"}"""u8);
        }

        TextCorpus corpus = TextCorpus.Load(_folder["data"], new TextCorpusOptions { ValidationFraction = 0 });
        Assert.Equal("one\ntwo\nthree\n", Encoding.UTF8.GetString(corpus.Train.Span));
        Assert.Equal([true, true, false, true], corpus.TrainPart.Segments!.Select(segment => segment.IsCounted));

        // A file or a folder of the name is the validation part.
        File.WriteAllText(_folder["data/valid.jsonl"], """{"text": "v"}""");
        corpus = TextCorpus.Load(_folder["data"]);
        Assert.Equal(("one\ntwo\nthree\n", "v\n"),
            (Encoding.UTF8.GetString(corpus.Train.Span), Encoding.UTF8.GetString(corpus.Validation.Span)));
        Directory.CreateDirectory(_folder["data/train"]);
        File.WriteAllText(_folder["data/train/1.txt"], "x");
        File.WriteAllText(_folder["data/train/2.txt"], "y");
        Assert.Equal("xy", Encoding.UTF8.GetString(TextCorpus.Load(_folder["data"]).Train.Span));
    }

    [Fact]
    public void FieldsThatAreNamedAreLookedForAlone()
    {
        const string All = """{"text": "t", "body": "b", "prompt": "p", "completion": "c", "q": "1", "a": "2"}""";
        Assert.Equal("b\n", Encoding.UTF8.GetString(Load(All, fields: new() { Text = "body" }).Train.Span));
        Assert.Equal("12\n", Encoding.UTF8.GetString(Load(All, fields: new() { Prompt = "q", Completion = "a" }).Train.Span));
        foreach ((RecordFields fields, string expected) in ((RecordFields, string)[])
            [
                (new() { Text = "nope" }, "the record has no 'nope'"),
                (new() { Prompt = "q", Completion = "nope" }, "the record has no 'q' and 'nope'"),
                (new() { Text = "nope", Prompt = "none", Completion = "x" }, "the record has neither 'nope' nor 'none' and 'x'"),
                (new() { Text = "body", Prompt = "q" }, "the record has both 'body' and 'q'"),
                (new() { Prompt = null, Text = null }, "the record has no conversation 'messages'"),
            ])
        {
            Assert.Contains(expected, Assert.Throws<InputException>(() => Load(All, fields: fields)).Message, StringComparison.Ordinal);
        }
    }

    // From the last record, too, a window fits.
    private static string Rest(int record) => record == 39 ? "ccccccccc" : "";

    private TextCorpus Load(string lines, double validation = 0, double test = 0, string separator = "\n", RecordFields? fields = null)
    {
        File.WriteAllText(_folder["a.jsonl"], lines);
        return TextCorpus.Load(_folder["a.jsonl"], new TextCorpusOptions
        {
            ValidationFraction = validation,
            TestFraction = test,
            Separator = separator,
            Fields = fields ?? new(),
        });
    }
}

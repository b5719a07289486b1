using System.Text.Json;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>What <c>mt generate</c> and <c>mt translate</c> let a user ask for, and what they refuse.</summary>
public sealed class GenerateCommandTests : IClassFixture<GenerateCommandTests.Models>
{
    private readonly Workspace _work;

    public GenerateCommandTests(Models models) => _work = models.Work;

    [Fact]
    public void EveryOptionChangesTheText()
    {
        string plain = Text();
        foreach (string options in (string[])
        [
            "--min-p 0.3", "--typical-p 0.2", "--repetition-penalty 3", "--presence-penalty 4", "--frequency-penalty 3",
            "--no-repeat-ngram-size 2", "--logit-bias e=30", "--logit-bias t=-inf --logit-bias a=-inf", "--temperature 0", "--top-k 2",
            "--top-p 0.3", "--seed 9",
        ])
        {
            Assert.NotEqual(plain, Text(options.Split(' ')));
        }

        Assert.Equal(plain, Text("--min-p", "0", "--typical-p", "1", "--repetition-penalty", "1", "--presence-penalty", "0",
            "--frequency-penalty", "0", "--no-repeat-ngram-size", "0", "--logprobs", "2", "--stop-string", "never there"));
        Assert.Equal(new string('e', 60), Text("--logit-bias", "e=99"));
        Assert.DoesNotContain("t", Text("--logit-bias", "t=-inf"), StringComparison.Ordinal);
    }

    [Fact]
    public void StopStringsEndTheText()
    {
        JsonElement whole = Generate().Json;
        string text = whole.GetProperty("text").GetString()!, stop = text[20..22];
        int end = text.IndexOf(stop, StringComparison.Ordinal);
        JsonElement cut = Generate("--stop-string", stop, "--stop-string", "qqq").Json;
        Assert.Equal(text[..end], cut.GetProperty("text").GetString());
        Assert.Equal(("stop_string", stop), (cut.GetProperty("finish").GetString(), cut.GetProperty("stop_string").GetString()));
        Assert.Equal("length", whole.GetProperty("finish").GetString());
        Assert.False(whole.TryGetProperty("stop_string", out _));
        Assert.Equal("stop_token", Generate("--stop-token", "e").Json.GetProperty("finish").GetString());
    }

    [Fact]
    public void LogProbabilitiesAreThoseOfScore()
    {
        JsonElement generated = Generate("--logprobs", "2", "--temperature", "0.7").Json;
        JsonElement[] tokens = [.. generated.GetProperty("logprobs").EnumerateArray()];
        Assert.Equal(60, tokens.Length);
        string text = string.Concat(tokens.Select(token => token.GetProperty("text").GetString()));
        Assert.Equal(generated.GetProperty("text").GetString(), text);
        JsonElement[] scores =
            [.. Workspace.Run("score", _work["out"], "--text", $"cat{text[..8]}", "--json").Json.GetProperty("logprobs").EnumerateArray()];
        for (int i = 0; i < 8; i++)
        {
            Assert.Equal(scores[i + 2].GetDouble(), tokens[i].GetProperty("logprob").GetDouble(), 1e-4);
            double[] top = [.. tokens[i].GetProperty("top").EnumerateArray().Select(likely => likely.GetProperty("logprob").GetDouble())];
            Assert.Equal(2, top.Length);
            Assert.True(top[0] >= top[1] && top[0] >= tokens[i].GetProperty("logprob").GetDouble());
        }

        Assert.False(Generate().Json.TryGetProperty("logprobs", out _));
    }

    [Fact]
    public void BeamsFindLikelierTexts()
    {
        string[] found = ToolResult.Lines(
            Workspace.Run("generate", _work["out"], "--prompt", "cat", "--tokens", "8", "--beams", "4", "--n-best", "3", "--json").Output);
        Assert.Equal(3, found.Length);
        JsonElement[] texts = [.. found.Select(line => JsonDocument.Parse(line).RootElement)];
        double[] scores = [.. texts.Select(text => text.GetProperty("score").GetDouble())];
        Assert.Equal(scores.OrderDescending(), scores);
        Assert.Equal("length", texts[0].GetProperty("finish").GetString());
        string best = texts[0].GetProperty("text").GetString()!;
        Assert.Equal($"cat{best}\n", Workspace.Run("generate", _work["out"], "--prompt", "cat", "--tokens", "8", "--beams", "4").Output);
        Assert.Equal($"cat{best}/cat{texts[1].GetProperty("text").GetString()}\n", Workspace.Run(
            "generate", _work["out"], "--prompt", "cat", "--tokens", "8", "--beams", "4", "--n-best", "2", "--separator", "/").Output);
        string greedy = Workspace.Run("generate", _work["out"], "--prompt", "cat", "--tokens", "8", "--temperature", "0").Output;
        Assert.Equal(greedy, Workspace.Run("generate", _work["out"], "--prompt", "cat", "--tokens", "8", "--beams", "1").Output);
    }

    [Fact]
    public void ConversationsGoThroughTheTemplateAndOutlastConversion()
    {
        string[] ask = ["--chat", "--prompt", "the cat", "--tokens", "5", "--seed", "3"];
        Workspace.Run(["generate", _work["out"], .. ask]).AssertFails(1, "no chat template");
        JsonElement answer = Workspace.Run(["generate", _work["chat"], .. ask, "--system", "a mat", "--json"]).Json;
        Assert.Equal("system a mat.user the cat.on ", answer.GetProperty("prompt").GetString());
        ToolResult printed = Workspace.Run(["generate", _work["chat"], .. ask, "--system", "a mat"]);
        Assert.Equal("user the cat.on ", Workspace.Run(
            "generate", _work["chat"], "--chat", "--prompt", "the cat", "--tokens", "1", "--beams", "2", "--json").Json
            .GetProperty("prompt").GetString());
        Assert.Equal(answer.GetProperty("text").GetString() + "\n", printed.Output);
        string file = _work.Write(
            "messages.json", """[{ "role": "system", "content": "a mat" }, { "role": "user", "content": "the cat" }]""");
        Assert.Equal(printed.Output,
            Workspace.Run("generate", _work["chat"], "--chat", "--messages", file, "--tokens", "5", "--seed", "3").Output);

        Assert.Equal(0, Workspace.Run("convert", _work["chat"], "--out", _work["converted"]).ExitCode);
        Assert.Equal(printed.Output, Workspace.Run(["generate", _work["converted"], .. ask, "--system", "a mat"]).Output);
        Assert.Equal(0, Workspace.Run("train", _work["recipe.json"], "--data", _work["text.txt"], "--init", _work["chat"], "--out",
            _work["tuned"], "--steps", "2").ExitCode);
        Assert.Equal(0, Workspace.Run(["generate", _work["tuned"], .. ask]).ExitCode);
    }

    [Theory]
    [InlineData(2, "--min-p", "--min-p 1.5")]
    [InlineData(2, "--typical-p", "--typical-p 0")]
    [InlineData(2, "--repetition-penalty", "--repetition-penalty 0")]
    [InlineData(2, "--presence-penalty", "--presence-penalty NaN")]
    [InlineData(2, "--frequency-penalty", "--frequency-penalty much")]
    [InlineData(2, "--no-repeat-ngram-size", "--no-repeat-ngram-size -1")]
    [InlineData(2, "--logprobs", "--logprobs -1")]
    [InlineData(2, "--logprobs prints with --json only", "--logprobs 1")]
    [InlineData(2, "--logit-bias needs a token", "--logit-bias e")]
    [InlineData(2, "--logit-bias needs a token", "--logit-bias e=NaN")]
    [InlineData(2, "--logit-bias 'the cat' is neither", "--logit-bias the_cat=1")]
    [InlineData(2, "twice", "--logit-bias e=1 --logit-bias e=2")]
    [InlineData(2, "--stop-string is empty", "--stop-string ~")]
    [InlineData(2, "--beams", "--beams 0")]
    [InlineData(2, "--n-best applies with --beams", "--n-best 2")]
    [InlineData(2, "--length-penalty applies with --beams", "--length-penalty 2")]
    [InlineData(2, "--n-best is 3; 2 beams", "--beams 2 --n-best 3")]
    [InlineData(2, "--top-k has no part in a beam search", "--beams 2 --top-k 3")]
    [InlineData(2, "--seed has no part in a beam search", "--beams 2 --seed 3")]
    [InlineData(2, "--stop-string has no part in a beam search", "--beams 2 --stop-string e")]
    [InlineData(2, "--samples has no part in a beam search", "--beams 2 --samples 3")]
    [InlineData(2, "--system applies with --chat", "--system e")]
    [InlineData(2, "--messages applies with --chat", "--messages e")]
    [InlineData(2, "--prompt does not combine with --messages", "--chat --messages messages.json")]
    [InlineData(1, "positions", "--beams 2 --tokens 99")]
    [InlineData(2, "--beams is 100000", "--beams 100000")]
    [InlineData(2, "--tokens needs a whole number from 1 to 2147483647, not '3000000000'", "--tokens 3000000000")]
    [InlineData(2, "--tokens needs a whole number of at least 1, not '-3'", "--tokens -3")]
    [InlineData(2, "--seed needs a whole number from 0 to 18446744073709551615", "--seed 18446744073709551616")]
    [InlineData(2, "--seed is 18446744073709551614, and the 3 texts of --samples", "--samples 3 --seed 18446744073709551614")]
    [InlineData(2, "--recommended takes over", "--recommended")]
    [InlineData(2, "--recommended has no part in a beam search", "--beams 2 --recommended")]
    public void WhatMakesNoSenseIsRefused(int code, string mention, string options)
    {
        string[] arguments =
            [.. options.Split(' ').Select(text => text == "~" ? "" : text.Replace('_', ' '))];
        string[] length = options.Contains("--tokens", StringComparison.Ordinal) ? [] : ["--tokens", "4"];
        Workspace.Run(["generate", _work["out"], "--prompt", "cat", .. length, .. arguments]).AssertFails(code, mention);
    }

    [Theory]
    [InlineData("{}", "no JSON list of one message or more")]
    [InlineData("[]", "no JSON list of one message or more")]
    [InlineData("""[{ "role": "user", "content": "x", "name": "bob" }]""", "has a message with 'name'")]
    [InlineData("[{ \"role\": \"user\" }]", "message 1 needs \"content\"")]
    [InlineData("[{ \"role\": 3, \"content\": \"a\" }]", "message 1 needs \"role\"")]
    [InlineData("[1]", "message 1 needs \"role\"")]
    [InlineData("[", "not valid JSON (line 1)")]
    [InlineData("", "not valid JSON (line 1): there is nothing in it.")]
    [InlineData("[{ \"role\": \"user\", \"content\": \"a\" },]", "contains a trailing comma at the end.")]
    [InlineData("[\n{ \"role\": \"user\",\n\"role\": \"system\", \"content\": \"a\" }]", "'role' of a message twice (line 3)")]
    [InlineData("[{ \"role\": \"user\", \"content\": \"\\ud83d\" }]", "not valid Unicode")]
    public void BadConversationsAreRefused(string json, string mention) =>
        Workspace.Run("generate", _work["chat"], "--chat", "--tokens", "1", "--messages", _work.Write("bad.json", json))
            .AssertFails(1, "bad.json", mention);

    [Fact]
    public void AConversationComesFromStandardInputToo()
    {
        const string conversation = """[{ "role": "user", "content": "the cat" }]""";
        string[] chat = ["generate", _work["chat"], "--chat", "--tokens", "5", "--messages"];
        ToolResult read = Workspace.Run([.. chat, _work.Write("user.json", conversation)]);
        Assert.Equal((0, read.Output), (read.ExitCode, Workspace.RunWithInput(conversation, [.. chat, "-"]).Output));
        Workspace.RunWithInput("[]", [.. chat, "-"]).AssertFails(1, "standard input is no JSON list");
        Workspace.RunWithInput([0x5B, 0xFF], [.. chat, "-"]).AssertFails(1, "standard input is not UTF-8");
        Workspace.Run([.. chat, _work["chat"]]).AssertFails(1, $"'{_work["chat"]}' is a folder, not a file");
        Workspace.Run([.. chat, _work["nowhere"]]).AssertFails(1, $"'{_work["nowhere"]}' does not exist");
    }

    /// <summary>Every token may come once, so that the text cannot go on.</summary>
    [Fact]
    public void ATextThatCannotGoOnIsNotLost()
    {
        string[] generate = ["generate", _work["out"], "--prompt", "cat", "--tokens", "60", "--no-repeat-ngram-size", "1"];
        ToolResult json = Workspace.Run([.. generate, "--json"]);
        Assert.Equal(1, json.ExitCode);
        JsonElement line = JsonDocument.Parse(Assert.Single(ToolResult.Lines(json.Output))).RootElement;
        string text = line.GetProperty("text").GetString()!;
        Assert.True(text.Length > 5);
        Assert.Equal((text.Length, 3), (line.GetProperty("tokens").GetInt32(), line.GetProperty("prompt_tokens").GetInt32()));
        Assert.False(line.TryGetProperty("finish", out _));
        Assert.Equal(line.GetProperty("error").GetString() + "\n", json.Error);
        Assert.Contains("rule out every token", json.Error, StringComparison.Ordinal);

        ToolResult printed = Workspace.Run(generate);
        Assert.Equal((1, json.Error), (printed.ExitCode, printed.Error));
        Assert.Equal($"cat{text}".TrimEnd('\n') + "\n", printed.Output.TrimEnd('\n') + "\n");
        Assert.EndsWith("\n", printed.Output, StringComparison.Ordinal);
        int tokens = LanguageModel.Load(_work["out"]).Tokenizer.VocabularySize;
        ToolResult nothing = Workspace.Run(
            [.. generate, "--json", .. Enumerable.Range(0, tokens).SelectMany(id => new[] { "--logit-bias", $"{id}=-inf" })]);
        Assert.Equal(["error"], JsonDocument.Parse(nothing.Output).RootElement.EnumerateObject().Select(member => member.Name));
    }

    [Fact]
    public void AFolderThatRecommendsIsHeardAndObeyedOnRequest()
    {
        CopyFolder(_work["out"], _work["advised"]);
        string file = _work.Write("advised/generation_config.json",
            """{ "do_sample": true, "temperature": 0.6, "top_p": 0.95, "eos_token_id": [1], "num_beams": 2 }""");
        string[] generate = ["generate", _work["advised"], "--prompt", "cat", "--tokens", "13"];
        ToolResult plain = Workspace.Run(generate), taken = Workspace.Run([.. generate, "--recommended"]);
        Assert.Equal(Workspace.Run(["generate", _work["out"], .. generate[2..]]).Output, plain.Output);
        string line = Assert.Single(ToolResult.Lines(plain.Error));
        Assert.Contains("temperature 0.6, top_p 0.95", line, StringComparison.Ordinal);
        Assert.Contains("--recommended", line, StringComparison.Ordinal);

        ToolResult same = Workspace.Run([.. generate, "--temperature", "0.6", "--top-p", "0.95"]);
        Assert.Equal((same.Output, ""), (taken.Output, same.Error));
        Assert.NotEqual(plain.Output, taken.Output);
        Assert.Contains("num_beams", Assert.Single(ToolResult.Lines(taken.Error)), StringComparison.Ordinal);
        Assert.Equal(Workspace.Run([.. generate, "--temperature", "0", "--top-p", "0.95"]).Output,
            Workspace.Run([.. generate, "--recommended", "--temperature", "0"]).Output);
        Assert.Empty(Workspace.Run(["generate", _work["advised"], "--prompt", "cat", "--tokens", "9", "--beams", "2"]).Error);

        File.WriteAllText(file, """{ "temperature": "hot" }""");
        Workspace.Run([.. generate, "--recommended"]).AssertFails(1, file, "temperature is \"hot\", it must be a number");

        // Advice that nobody asked for stops nobody.
        ToolResult warned = Workspace.Run(generate);
        Assert.Equal((0, plain.Output), (warned.ExitCode, warned.Output));
        Assert.Contains("it must be a number", Assert.Single(ToolResult.Lines(warned.Error)), StringComparison.Ordinal);
    }

    [Fact]
    public void ATemplateThatIsNotUnderstoodIsNamedWithItsLine()
    {
        _work.Write("strange/x", "");
        Directory.Delete(_work["strange"], recursive: true);
        CopyFolder(_work["chat"], _work["strange"]);
        _work.Write("strange/chat_template.jinja", "\n{{ messages | format('x') }}");
        Workspace.Run("generate", _work["strange"], "--chat", "--prompt", "the", "--tokens", "1")
            .AssertFails(1, "strange", "the filter 'format' is not supported (line 2)");
        Assert.Equal(0, Workspace.Run("generate", _work["strange"], "--prompt", "the", "--tokens", "1").ExitCode);
    }

    [Fact]
    public void TranslationsBeginWithAPrefixAndComeInNumbers()
    {
        string input = _work.Write("sentences.txt", "red fish\n\nold boat\n");
        string[] translate = ["translate", _work["translator"], input, "--beam", "3"];
        string[] plain = Workspace.Run(translate).Output.Split('\n');
        string[] forced = Workspace.Run([.. translate, "--prefix", "boat red"]).Output.Split('\n');
        Assert.All([forced[0], forced[2]], line => Assert.StartsWith("boat red", line, StringComparison.Ordinal));
        Assert.Equal("", forced[1]);

        string[][] lists = [.. ToolResult.Lines(Workspace.Run([.. translate, "--n-best", "2"]).Output).Select(line => line.Split('\t'))];
        Assert.Equal(["1", "1", "3", "3"], lists.Select(line => line[0]));
        Assert.Equal((plain[0], plain[2]), (lists[0][2], lists[2][2]));
        Assert.True(double.Parse(lists[0][1], System.Globalization.CultureInfo.InvariantCulture)
            >= double.Parse(lists[1][1], System.Globalization.CultureInfo.InvariantCulture));

        JsonElement[] json = [.. ToolResult.Lines(Workspace.Run([.. translate, "--n-best", "3", "--json"]).Output)
            .Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(plain[0], json[0].GetProperty("n_best")[0].GetProperty("translation").GetString());
        Assert.Equal(0, json[1].GetProperty("n_best").GetArrayLength());
        Assert.Equal(json[2].GetProperty("score").GetDouble(), json[2].GetProperty("n_best")[0].GetProperty("score").GetDouble());
        Workspace.Run([.. translate, "--n-best", "4"]).AssertFails(2, "--n-best is 4; a beam of 3");
        Workspace.Run([.. translate, "--prefix", string.Join(' ', Enumerable.Repeat("boat", 30))]).AssertFails(1, "--prefix", "30 tokens");
    }

    private string Text(params string[] options) => Generate(options).Json.GetProperty("text").GetString()!;

    private ToolResult Generate(params string[] options) =>
        Workspace.Run(["generate", _work["out"], "--prompt", "cat", "--tokens", "60", "--json", .. options]);

    private static void CopyFolder(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from).Where(file => !file.EndsWith("manifest.json", StringComparison.Ordinal)))
        {
            File.Copy(file, Path.Combine(to, Path.GetFileName(file)));
        }

        File.Copy(Path.Combine(from, "manifest.json"), Path.Combine(to, "manifest.json"));
    }

    /// <summary>A language model, the same with a chat template, and a translation model, each trained once.</summary>
    public sealed class Models : IDisposable
    {
        // Of letters that the training text has.
        private const string Template =
            "{% for m in messages %}{{ m.role.replace('user', 'the cat') if false else m.role }} {{ m.content }}.{% endfor %}on ";

        public Models()
        {
            Work.Write("text.txt", string.Concat(Enumerable.Range(0, 150).Select(i =>
                $"the system user cat number {i * 7919 % 100} sat on the mat.\n")));
            Require(Work.Train("run", "--steps", "60"));
            Directory.Move(Work["run/best"], Work["out"]);
            LanguageModel model = LanguageModel.Load(Work["out"]);
            new LanguageModel(model.Network, model.Tokenizer, model.Description) { ChatTemplate = new(Template) }.Save(Work["chat"]);
            string[] words = ["red", "fish", "old", "boat", "the"];
            string Sentence(int i) => string.Join(' ', Enumerable.Range(0, 2 + (i % 3)).Select(k => words[((i * 7) + (k * 3)) % 5]));
            string lines = string.Concat(Enumerable.Range(0, 60).Select(i => $"{Sentence(i)}\t{Sentence(i + 1)}\n"));
            Work.Write("pairs.tsv", lines);
            Work.Write("translation.json", Workspace.TranslationRecipe);
            Require(Workspace.Run("train", Work["translation.json"], "--data", Work["pairs.tsv"], "--out", Work["translator"]));
        }

        internal Workspace Work { get; } = new();

        public void Dispose() => Work.Dispose();

        private static void Require(ToolResult result) => Assert.True(result.ExitCode == 0, result.Error);
    }
}

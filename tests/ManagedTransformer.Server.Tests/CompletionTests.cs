using System.Text.Json.Nodes;
using Xunit;

namespace ManagedTransformer.Server.Tests;

/// <summary><c>/v1/completions</c></summary>
public sealed class CompletionTests
{
    private const string Path = "/v1/completions";

    [Fact]
    public async Task SeveralPromptsAndCopiesAreChoicesInOrder()
    {
        await using TestServer server = await TestServer.StartAsync();
        JsonNode answer = await server.PostAsync(
            Path, """{"model": "tiny", "prompt": ["hello", "a dog"], "n": 2, "seed": 5, "max_tokens": 20}""", 200);
        JsonArray choices = answer["choices"]!.AsArray();
        Assert.Equal([0, 1, 2, 3], choices.Select(choice => (int)choice!["index"]!));
        string[] texts = [.. choices.Select(choice => (string)choice!["text"]!)];
        for (int i = 0; i < 4; i++)
        {
            Assert.Equal(
                string.Concat(server.Model.Generate(i < 2 ? "hello" : "a dog", new() { Seed = 5 + (ulong)i, MaxTokens = 20 })), texts[i]);
        }

        Assert.Equal((10, 80, 90), ((int)answer["usage"]!["prompt_tokens"]!, (int)answer["usage"]!["completion_tokens"]!,
            (int)answer["usage"]!["total_tokens"]!));
    }

    [Fact]
    public async Task TokensAreAPromptToo()
    {
        await using TestServer server = await TestServer.StartAsync();
        string ids = string.Join(", ", server.Model.Tokenizer.Encode("hello"));
        JsonNode one = await server.PostAsync(Path, """{"model": "tiny", "prompt": "hello", "seed": 1, "echo": true}""", 200);
        JsonNode other = await server.PostAsync(Path, $$"""{"model": "tiny", "prompt": [[{{ids}}]], "seed": 1, "echo": true}""", 200);
        string text = (string)one["choices"]![0]!["text"]!;
        Assert.StartsWith("hello", text, StringComparison.Ordinal);
        Assert.Equal(21, text.Length);
        Assert.Equal(text, (string)other["choices"]![0]!["text"]!);
    }

    [Fact]
    public async Task ProbabilitiesAreThoseOfTheLibrary()
    {
        await using TestServer server = await TestServer.StartAsync();
        JsonNode answer = await server.PostAsync(
            Path, """{"model": "tiny", "prompt": "hello", "seed": 2, "max_tokens": 10, "logprobs": 3}""", 200);
        JsonNode told = answer["choices"]![0]!["logprobs"]!;
        Generation.GenerationStep[] steps =
            [.. server.Model.Generate("hello", new() { Seed = 2, MaxTokens = 10, LogProbabilities = 3 }).Steps()];
        Assert.Equal(steps.Select(step => step.LogProbability!.Value), told["token_logprobs"]!.AsArray().Select(value => (float)value!));
        Assert.Equal(steps.Select(step => step.Text), told["tokens"]!.AsArray().Select(value => (string)value!));
        Assert.Equal(Enumerable.Range(0, 10), told["text_offset"]!.AsArray().Select(value => (int)value!));
        Assert.All(told["top_logprobs"]!.AsArray(), likely => Assert.InRange(likely!.AsObject().Count, 3, 4));
    }

    [Fact]
    public async Task AStreamIsMadeOfPiecesAndEndsWithDone()
    {
        await using TestServer server = await TestServer.StartAsync();
        const string request = """{"model": "tiny", "prompt": "hello", "n": 3, "seed": 9, "max_tokens": 30""";
        JsonNode whole = await server.PostAsync(Path, request + "}", 200);
        using HttpResponseMessage response = await server.PostAsync(
            Path, request + """, "stream": true, "stream_options": {"include_usage": true}}""");
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType!.MediaType);
        string[] events = (await response.Content.ReadAsStringAsync()).Split("\n\n", StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal("data: [DONE]", events[^1]);
        JsonNode[] pieces = [.. events[..^1].Select(text => JsonNode.Parse(text["data: ".Length..])!)];
        for (int i = 0; i < 3; i++)
        {
            JsonNode[] own = [.. pieces[..^1].Select(piece => piece["choices"]![0]!).Where(choice => (int)choice["index"]! == i)];
            Assert.Equal((string)whole["choices"]![i]!["text"]!, string.Concat(own.Select(choice => (string)choice["text"]!)));
            Assert.Equal("length", (string?)own[^1]["finish_reason"]);
            Assert.All(own[..^1], choice => Assert.Null(choice["finish_reason"]));
        }

        Assert.Empty(pieces[^1]["choices"]!.AsArray());
        Assert.Equal(95, (int)pieces[^1]["usage"]!["total_tokens"]!);
        Assert.Single(pieces.Select(piece => (string)piece["id"]!).Distinct());
    }

    [Fact]
    public async Task TextsOfManyClientsAreThoseOfLoneRequests()
    {
        await using TestServer server = await TestServer.StartAsync(options => options with { Slots = 5, Queue = 100 });
        string[] lone = new string[24], together = new string[24];
        for (int i = 0; i < lone.Length; i++)
        {
            lone[i] = await TextAsync(i);
        }

        await Task.WhenAll(Enumerable.Range(0, together.Length).Select(async i => together[i] = await TextAsync(i)));
        Assert.Equal(lone, together);
        double steps = await server.MetricAsync("mt_steps_total{model=\"tiny\"}");
        Assert.True(steps < await server.MetricAsync("mt_generated_tokens_total{model=\"tiny\"}"));
        Assert.Equal(0, await server.MetricAsync("mt_texts_running{model=\"tiny\"}"));

        async Task<string> TextAsync(int i)
        {
            JsonNode answer = await server.PostAsync(
                Path, $$"""{"model": "tiny", "prompt": "hello {{new string('a', i)}}", "seed": {{i}}, "max_tokens": {{10 + i}}}""", 200);
            return (string)answer["choices"]![0]!["text"]!;
        }
    }

    [Fact]
    public async Task ALoneModelNeedsNoName()
    {
        await using TestServer server = await TestServer.StartAsync();
        JsonNode error = await server.PostAsync(Path, """{"prompt": "hello"}""", 400);
        Assert.Equal("'model' is missing, and 2 models can complete texts.", (string?)error["error"]!["message"]);
    }
}

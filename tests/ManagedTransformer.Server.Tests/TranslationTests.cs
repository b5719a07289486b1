using System.Text.Json.Nodes;
using Xunit;

namespace ManagedTransformer.Server.Tests;

/// <summary><c>/translate</c></summary>
public sealed class TranslationTests
{
    [Fact]
    public async Task SentencesAreTranslatedAsByTheLibrary()
    {
        await using TestServer server = await TestServer.StartAsync(hasAll: true);
        JsonNode answer = await server.PostAsync(
            "/translate", """{"text": ["a man sleeps", "", "two dogs"], "beam": 3, "n_best": 2, "prefix": "a "}""", 200);
        Generation.Translation[] expected = [.. OtherModels.CreateTranslation().Translate(
            ["a man sleeps", "", "two dogs"], new() { Search = new() { Beam = 3 }, NBest = 2, Prefix = "a " })];
        JsonArray translations = answer["translations"]!.AsArray();
        Assert.Equal(expected.Select(found => found.Text), translations.Select(found => (string)found!["text"]!));
        for (int i = 0; i < expected.Length; i++)
        {
            JsonArray best = translations[i]!["n_best"]!.AsArray();
            Assert.Equal(expected[i].NBest.Select(found => found.Hypothesis.Score), best.Select(found => (double)found!["score"]!));
            Assert.Equal(expected[i].NBest.SelectMany(found => found.Hypothesis.Exits),
                best.SelectMany(found => found!["exits"]!.AsArray()).Select(exit => (int)exit!));
        }

        Assert.All(translations[0]!["exits"]!.AsArray(), exit => Assert.InRange((int)exit!, 1, 4));
    }

    [Fact]
    public async Task AnExitRuleIsTaken()
    {
        await using TestServer server = await TestServer.StartAsync(hasAll: true);
        JsonNode answer = await server.PostAsync("/translate", """{"text": "a man sleeps", "exits": "fixed:2"}""", 200);
        Assert.All(answer["translations"]![0]!["exits"]!.AsArray(), exit => Assert.Equal(2, (int)exit!));
        JsonNode error = await server.PostAsync("/translate", """{"text": "a man sleeps", "exits": "never"}""", 400);
        Assert.Contains("'exits' must be a rule", (string)error["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{}", "'text' is missing.")]
    [InlineData("{\"text\": [3]}", "'text' must be a text in quotes, not 3.")]
    [InlineData("{\"text\": \"a\", \"beam\": 0}", "'beam' must be a whole number from 1 to 64, not 0.")]
    [InlineData("{\"text\": \"a\", \"beam\": 2, \"n_best\": 3}", "'n_best' must be a whole number from 1 to 2, not 3.")]
    [InlineData("{\"text\": \"日\"}", "日")]
    [InlineData("{\"text\": \"a\", \"model\": \"tiny\"}", "The model is of another kind and cannot translate.")]
    public async Task WhatCannotBeTranslatedIsRefused(string json, string message)
    {
        await using TestServer server = await TestServer.StartAsync(hasAll: true);
        JsonNode answer = await server.PostAsync("/translate", json, 400);
        Assert.Contains(message, (string)answer["error"]!["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ASentenceThatIsTooLongIsToldWithItsLength()
    {
        await using TestServer server = await TestServer.StartAsync(hasAll: true);
        string longest = new('a', 63);
        await server.PostAsync("/translate", $$"""{"text": "{{longest}}", "beam": 1}""", 200);
        JsonNode error = (await server.PostAsync("/translate", $$"""{"text": "{{longest}}a"}""", 400))["error"]!;
        Assert.Equal("'text' has a sentence of 65 tokens with its end, and the model reads at most 64.", (string)error["message"]!);
        error = (await server.PostAsync("/translate", $$"""{"text": ["a", "{{longest}}a"]}""", 400))["error"]!;
        Assert.StartsWith("'text' has as number 2 a sentence of 65 tokens", (string)error["message"]!, StringComparison.Ordinal);
    }
}

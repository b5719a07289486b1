using System.ClientModel;
using OpenAI.Chat;
using OpenAI.Embeddings;
using OpenAI.Models;
using Xunit;

namespace ManagedTransformer.Server.Tests;

/// <summary>OpenAI's own client for .NET, which knows nothing of this server.</summary>
public sealed class OpenAIClientTests
{
    private static readonly ChatMessage[] _conversation = [new SystemChatMessage("be."), new UserChatMessage("Hello there")];

    [Fact]
    public async Task AMessageIsThatOfTheLibrary()
    {
        await using TestServer server = await TestServer.StartAsync();
        ChatClient client = server.Client().GetChatClient(TestServer.Language);
        ChatCompletion answer = await client.CompleteChatAsync(
            _conversation, new ChatCompletionOptions { MaxOutputTokenCount = 40, Seed = 7 });

        Generation.TextGeneration lone = server.Model.Generate(
            [new("system", "be."), new("user", "Hello there")], new() { MaxTokens = 40, Seed = 7 });
        Assert.Equal(string.Concat(lone), answer.Content[0].Text);
        Assert.Equal(ChatFinishReason.Length, answer.FinishReason);
        Assert.Equal((lone.PromptTokens, 40), (answer.Usage.InputTokenCount, answer.Usage.OutputTokenCount));
        Assert.Equal(TestServer.Language, answer.Model);
    }

    [Fact]
    public async Task AStreamSaysWhatTheWholeAnswerSays()
    {
        await using TestServer server = await TestServer.StartAsync();
        ChatClient client = server.Client().GetChatClient(TestServer.Language);
        ChatCompletionOptions options = new()
        {
            MaxOutputTokenCount = 60,
            Seed = -3,
            IncludeLogProbabilities = true,
            TopLogProbabilityCount = 2,
        };
        ChatCompletion whole = await client.CompleteChatAsync(_conversation, options);
        string text = "";
        List<ChatTokenLogProbabilityDetails> probabilities = [];
        ChatFinishReason? finish = null;
        ChatTokenUsage? usage = null;
        await foreach (StreamingChatCompletionUpdate update in client.CompleteChatStreamingAsync(_conversation, options))
        {
            text += string.Concat(update.ContentUpdate.Select(part => part.Text));
            probabilities.AddRange(update.ContentTokenLogProbabilities);
            (finish, usage) = (update.FinishReason ?? finish, update.Usage ?? usage);
        }

        Assert.Equal(whole.Content[0].Text, text);
        Assert.Equal(whole.FinishReason, finish);
        Assert.Equal(whole.Usage.TotalTokenCount, usage!.TotalTokenCount);
        Assert.Equal(60, probabilities.Count);
        Assert.Equal(
            whole.ContentTokenLogProbabilities.Select(token => token.LogProbability), probabilities.Select(token => token.LogProbability));
        Assert.All(probabilities, token => Assert.Equal(2, token.TopLogProbabilities.Count));
        Assert.Equal(text, string.Concat(probabilities.Select(token => token.Token)));
    }

    [Fact]
    public async Task AStopTextEndsTheAnswerBeforeIt()
    {
        await using TestServer server = await TestServer.StartAsync();
        ChatClient client = server.Client().GetChatClient(TestServer.Language);
        ChatCompletion free = await client.CompleteChatAsync(
            _conversation, new ChatCompletionOptions { MaxOutputTokenCount = 60, Seed = 1 });
        string text = free.Content[0].Text, stop = text.Substring(20, 3);
        ChatCompletionOptions options = new() { MaxOutputTokenCount = 60, Seed = 1 };
        options.StopSequences.Add(stop);
        ChatCompletion ended = await client.CompleteChatAsync(_conversation, options);
        Assert.Equal(text[..text.IndexOf(stop, StringComparison.Ordinal)], ended.Content[0].Text);
        Assert.Equal(ChatFinishReason.Stop, ended.FinishReason);
    }

    [Fact]
    public async Task EmbeddingsHaveLengthOneAndTheDirectionOfTheLibrarys()
    {
        await using TestServer server = await TestServer.StartAsync();
        EmbeddingClient client = server.Client().GetEmbeddingClient(TestServer.Language);
        OpenAIEmbeddingCollection found = await client.GenerateEmbeddingsAsync(["hello", "a longer text"]);
        Assert.Equal(18, found.Usage.InputTokenCount);
        foreach ((string text, OpenAIEmbedding embedding) in new[] { "hello", "a longer text" }.Zip(found))
        {
            float[] own = server.Model.Embed(text).Vector, served = embedding.ToFloats().ToArray();
            double norm = Math.Sqrt(own.Sum(value => (double)value * value));
            Assert.Equal(1, served.Sum(value => (double)value * value), 1e-5);
            Assert.All(own.Zip(served), pair => Assert.Equal(pair.First / norm, pair.Second, 1e-6));
        }
    }

    [Fact]
    public async Task ModelsAreListedAndFound()
    {
        await using TestServer server = await TestServer.StartAsync();
        OpenAIModelClient client = server.Client().GetOpenAIModelClient();
        OpenAIModelCollection models = await client.GetModelsAsync();
        Assert.Equal([TestServer.Language, TestServer.Plain], models.Select(model => model.Id));
        Assert.Equal(TestServer.Plain, (await client.GetModelAsync(TestServer.Plain)).Value.Id);
    }

    [Fact]
    public async Task ErrorsCarryStatusAndSentence()
    {
        await using TestServer server = await TestServer.StartAsync(options => options with { ApiKeys = ["0123456789abcdef"] });
        ClientResultException wrong = await Assert.ThrowsAsync<ClientResultException>(
            () => server.Client().GetChatClient(TestServer.Language).CompleteChatAsync(_conversation));
        Assert.Equal(401, wrong.Status);
        ClientResultException unknown = await Assert.ThrowsAsync<ClientResultException>(
            () => server.Client("0123456789abcdef").GetChatClient("other").CompleteChatAsync(_conversation));
        Assert.Equal(404, unknown.Status);
        Assert.Contains("There is no model of that name", unknown.Message, StringComparison.Ordinal);
        ClientResultException plain = await Assert.ThrowsAsync<ClientResultException>(
            () => server.Client("0123456789abcdef").GetChatClient(TestServer.Plain).CompleteChatAsync(_conversation));
        Assert.Equal(400, plain.Status);
        Assert.Contains("no chat template", plain.Message, StringComparison.Ordinal);
    }
}

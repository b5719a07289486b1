using ManagedTransformer.Generation;
using ManagedTransformer.Generation.Processors;
using Microsoft.Extensions.AI;
using Xunit;

namespace ManagedTransformer.Extensions.AI.Tests;

/// <summary>A language model behind <see cref="IChatClient"/>.</summary>
public sealed class ChatClientTests
{
    private static readonly LanguageModel _model = TinyModel.Create();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, ChatOptions> Unsupported => new()
    {
        { "ChatOptions.Tools", new ChatOptions { Tools = [AIFunctionFactory.Create(() => 1, "one")] } },
        { "ChatOptions.AllowMultipleToolCalls", new ChatOptions { AllowMultipleToolCalls = true } },
        { "ChatOptions.AllowBackgroundResponses", new ChatOptions { AllowBackgroundResponses = true } },
        { "ChatOptions.ContinuationToken", new ChatOptions { ContinuationToken = ResponseContinuationToken.FromBytes(new byte[] { 1 }) } },
        { "ChatOptions.ToolMode", new ChatOptions { ToolMode = ChatToolMode.RequireAny } },
        { "ChatOptions.ResponseFormat", new ChatOptions { ResponseFormat = ChatResponseFormat.Json } },
        { "ChatOptions.Reasoning", new ChatOptions { Reasoning = new ReasoningOptions() } },
        { "ChatOptions.ConversationId", new ChatOptions { ConversationId = "7" } },
        { "'another'", new ChatOptions { ModelId = "another" } },
        { "'colour'", new ChatOptions { AdditionalProperties = new() { ["colour"] = "red" } } },
        { "System.String", new ChatOptions { RawRepresentationFactory = _ => "text" } },
    };

    public static TheoryData<string, ChatOptions> OutOfRange => new()
    {
        { "temperature", new ChatOptions { Temperature = -1 } },
        { "tokens to generate", new ChatOptions { MaxOutputTokens = -2 } },
        { "top", new ChatOptions { TopP = 2 } },
        { "top", new ChatOptions { TopK = -1 } },
    };

    [Fact]
    public async Task AResponseIsTheModelsText()
    {
        using IChatClient client = _model.AsIChatClient(new LanguageModelClientOptions { ModelId = "tiny" });
        ChatOptions options = new() { Seed = 3, MaxOutputTokens = 20, Temperature = 0.7f, TopK = 9, TopP = 0.8f, ModelId = "tiny" };
        ChatResponse response = await client.GetResponseAsync("Once ", options, Cancellation);
        Assert.Equal(Text("Once ", new() { Seed = 3, MaxTokens = 20, Temperature = 0.7f, TopK = 9, TopP = 0.8f }), response.Text);
        Assert.Equal(
            (ChatFinishReason.Length, "tiny", 5L, 20L, 25L),
            (response.FinishReason, response.ModelId, response.Usage!.InputTokenCount, response.Usage.OutputTokenCount,
            response.Usage.TotalTokenCount));
        Assert.Equal(ChatRole.Assistant, response.Messages.Single().Role);
    }

    [Fact]
    public async Task AStreamHasTheSameText()
    {
        using IChatClient client = _model.AsIChatClient();
        ChatOptions options = new() { Seed = 4, MaxOutputTokens = 20 };
        List<ChatResponseUpdate> updates = [];
        await foreach (ChatResponseUpdate update in client.GetStreamingResponseAsync("Once ", options, Cancellation))
        {
            updates.Add(update);
        }

        Assert.True(updates.Count > 10);
        Assert.All(updates.SkipLast(1), update => Assert.Null(update.FinishReason));
        ChatResponse whole = updates.ToChatResponse(), response = await client.GetResponseAsync("Once ", options, Cancellation);
        Assert.Equal(response.Text, whole.Text);
        Assert.Equal((response.FinishReason, response.Usage!.OutputTokenCount), (whole.FinishReason, whole.Usage!.OutputTokenCount));
        Assert.Single(updates.Select(update => update.ResponseId).Distinct());
    }

    [Fact]
    public async Task TheModelsEndOfTextIsAStop()
    {
        LanguageModel model = TinyModel.Create([.. Enumerable.Range(0, 12)]);
        using IChatClient client = model.AsIChatClient();
        ChatResponse response = await client.GetResponseAsync("Once ", new ChatOptions { Seed = 1, MaxOutputTokens = 200 }, Cancellation);
        Assert.Equal(ChatFinishReason.Stop, response.FinishReason);
        Assert.InRange(response.Usage!.OutputTokenCount!.Value, 0, 199);
    }

    [Fact]
    public async Task PenaltiesAndStopSequencesAreGenerations()
    {
        using IChatClient client = _model.AsIChatClient();
        ChatOptions options = new() { Seed = 3, MaxOutputTokens = 60, FrequencyPenalty = 0.5f, PresencePenalty = 0.25f };
        GenerationOptions same = new() { Seed = 3, MaxTokens = 60, FrequencyPenalty = 0.5f, PresencePenalty = 0.25f };
        string whole = (await client.GetResponseAsync("Once ", options, Cancellation)).Text;
        Assert.Equal(Text("Once ", same), whole);
        Assert.NotEqual(Text("Once ", same with { FrequencyPenalty = 0, PresencePenalty = 0 }), whole);

        string stop = whole[20..23];
        options.StopSequences = [stop];
        ChatResponse stopped = await client.GetResponseAsync("Once ", options, Cancellation);
        Assert.Equal(
            (ChatFinishReason.Stop, whole[..whole.IndexOf(stop, StringComparison.Ordinal)]), (stopped.FinishReason, stopped.Text));
    }

    [Fact]
    public async Task CancellingEndsBehindTheTokenAtHand()
    {
        using IChatClient client = _model.AsIChatClient();
        foreach (bool isStream in (bool[])[true, false])
        {
            using CancellationTokenSource source = new();
            CountingProcessor counter = new(at: 5, source.Cancel);
            GenerationOptions own = new() { Processors = [counter] };
            ChatOptions options = new() { RawRepresentationFactory = _ => own, MaxOutputTokens = 100_000 };
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => isStream
                ? client.GetStreamingResponseAsync("Once ", options, source.Token).ToChatResponseAsync(CancellationToken.None)
                : client.GetResponseAsync("Once ", options, source.Token));
            await Task.Delay(50, Cancellation);
            Assert.Equal(5, counter.Calls);
        }
    }

    [Fact]
    public async Task AChatTemplateIsApplied()
    {
        LanguageModel model = TinyModel.Create(
            template: new("{% for m in messages %}{{ m.role }}: {{ m.content }}\n{% endfor %}{% if add_generation_prompt %}A:{% endif %}"));
        using IChatClient client = model.AsIChatClient();
        ChatOptions options = new() { Seed = 5, MaxOutputTokens = 9, Instructions = "be short." };
        ChatMessage[] messages = [new(ChatRole.User, "Hello"), new(ChatRole.Assistant, "Hi"), new(ChatRole.User, "Once")];
        Assert.Equal(
            string.Concat(model.Generate(
                "system: be short.\nuser: Hello\nassistant: Hi\nuser: Once\nA:", new GenerationOptions { Seed = 5, MaxTokens = 9 })),
            (await client.GetResponseAsync(messages, options, Cancellation)).Text);
    }

    [Fact]
    public async Task AConversationIsItsTextsLineByLine()
    {
        using IChatClient client = _model.AsIChatClient();
        ChatOptions options = new() { Seed = 5, MaxOutputTokens = 9, Instructions = "be short." };
        ChatMessage[] messages = [new(ChatRole.User, "Hello"), new(ChatRole.Assistant, "Hi"), new(ChatRole.User, "Once ")];
        GenerationOptions expected = new() { Seed = 5, MaxTokens = 9 };
        Assert.Equal(
            Text("be short.\nHello\nHi\nOnce ", expected), (await client.GetResponseAsync(messages, options, Cancellation)).Text);

        LanguageModelClientOptions own = new() { Prompt = all => $"{all.Count}".Replace('4', 'A') + all[^1].Text };
        using IChatClient other = _model.AsIChatClient(own);
        Assert.Equal(Text("AOnce ", expected), (await other.GetResponseAsync(messages, options, Cancellation)).Text);
    }

    [Fact]
    public async Task RequestsOfManyThreadsHaveTheirLoneTexts()
    {
        using IChatClient client = _model.AsIChatClient();
        string[] prompts = [.. Enumerable.Range(0, 64).Select(i => $"Once {(char)('a' + (i % 26))} ")];
        string[] expected = [.. prompts.Select((prompt, i) => Text(prompt, new() { Seed = (ulong)i, MaxTokens = 30 }))];
        string[] texts = new string[prompts.Length];
        ParallelOptions sixteen = new() { MaxDegreeOfParallelism = 16, CancellationToken = Cancellation };
        await Parallel.ForAsync(0, prompts.Length, sixteen, async (i, cancellation) =>
        {
            ChatOptions options = new() { Seed = i, MaxOutputTokens = 30 };
            texts[i] = i % 2 == 0
                ? (await client.GetResponseAsync(prompts[i], options, cancellation)).Text
                : (await client.GetStreamingResponseAsync(prompts[i], options, cancellation).ToChatResponseAsync(cancellation)).Text;
        });
        Assert.Equal(expected, texts);
    }

    [Fact]
    public async Task WithoutASeedRequestsDiffer()
    {
        using IChatClient client = _model.AsIChatClient();
        ChatOptions options = new() { MaxOutputTokens = 40 };
        Assert.NotEqual(
            (await client.GetResponseAsync("Once ", options, Cancellation)).Text,
            (await client.GetResponseAsync("Once ", options, Cancellation)).Text);
    }

    [Fact]
    public async Task GenerationsOwnOptionsComeThroughTheFactory()
    {
        using IChatClient client = _model.AsIChatClient();
        GenerationOptions own = new() { TopK = 3 };
        ChatOptions options = new() { RawRepresentationFactory = _ => own, Temperature = 0.5f, MaxOutputTokens = 12, Seed = 8 };
        ChatResponse response = await client.GetResponseAsync("Once ", options, Cancellation);
        Assert.Equal(Text("Once ", own with { Temperature = 0.5f, MaxTokens = 12, Seed = 8 }), response.Text);

        // Length and seed are the request's or the client's, never those that every GenerationOptions has.
        using IChatClient brief = _model.AsIChatClient(new LanguageModelClientOptions { MaxOutputTokens = 30 });
        ChatOptions open = new() { RawRepresentationFactory = _ => own };
        ChatResponse first = await brief.GetResponseAsync("Once ", open, Cancellation);
        Assert.Equal(30, first.Usage!.OutputTokenCount);
        Assert.NotEqual(first.Text, (await brief.GetResponseAsync("Once ", open, Cancellation)).Text);
    }

    [Theory]
    [MemberData(nameof(Unsupported), DisableDiscoveryEnumeration = true)]
    public async Task WhatItCannotDoIsRefusedByName(string name, ChatOptions options)
    {
        using IChatClient client = _model.AsIChatClient();
        NotSupportedException refused = await Assert.ThrowsAsync<NotSupportedException>(
            () => client.GetResponseAsync("Once ", options, Cancellation));
        Assert.Contains(name, refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<NotSupportedException>(
            () => client.GetStreamingResponseAsync("Once ", options, Cancellation).ToChatResponseAsync(Cancellation));
    }

    /// <summary>A member that a later version of the interfaces brings must be used or refused.</summary>
    [Fact]
    public void EveryMemberOfARequestIsUsedOrRefused()
    {
        string[] used =
        [
            "Instructions", "ModelId", "MaxOutputTokens", "Temperature", "TopP", "TopK", "FrequencyPenalty", "PresencePenalty",
            "StopSequences", "Seed", "RawRepresentationFactory", "AdditionalProperties",
        ];
        IEnumerable<string> refused =
            Unsupported.Select(row => row.Data.Item1).Where(name => name.StartsWith("ChatOptions.", StringComparison.Ordinal));
        Assert.Equal(
            typeof(ChatOptions).GetProperties().Select(property => property.Name).Order(StringComparer.Ordinal),
            used.Concat(refused.Select(name => name["ChatOptions.".Length..])).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task NullsAndUnknownValuesAreNamed()
    {
        Assert.Equal("LanguageModelClientOptions.Generation",
            Assert.Throws<ArgumentNullException>(() => _model.AsIChatClient(new() { Generation = null! })).ParamName);
        Assert.Contains("LanguageModelClientOptions.Pooling",
            Assert.Throws<ArgumentException>(() => _model.AsIEmbeddingGenerator(new() { Pooling = (TextPooling)9 })).Message,
            StringComparison.Ordinal);
        using IChatClient client = _model.AsIChatClient(), silent = _model.AsIChatClient(new() { Prompt = _ => null! });
        ChatMessage[] messages = [new(ChatRole.User, "Hello"), null!];
        ArgumentException refused = await Assert.ThrowsAsync<ArgumentException>(
            () => client.GetResponseAsync(messages, new ChatOptions { Instructions = "Be short." }, Cancellation));
        Assert.Contains("Message 2", refused.Message, StringComparison.Ordinal);
        refused = await Assert.ThrowsAsync<ArgumentException>(
            () => client.GetResponseAsync("Once ", new ChatOptions { StopSequences = [null!] }, Cancellation));
        Assert.Contains("ChatOptions.StopSequences", refused.Message, StringComparison.Ordinal);
        InvalidOperationException empty = await Assert.ThrowsAsync<InvalidOperationException>(
            () => silent.GetResponseAsync("Once ", cancellationToken: Cancellation));
        Assert.Contains("LanguageModelClientOptions.Prompt", empty.Message, StringComparison.Ordinal);
        InputException half = await Assert.ThrowsAsync<InputException>(
            () => client.GetResponseAsync("Once \ud83d", cancellationToken: Cancellation));
        Assert.Contains("half of a character", half.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(OutOfRange), DisableDiscoveryEnumeration = true)]
    public async Task ValuesOutOfRangeAreRefused(string name, ChatOptions options)
    {
        using IChatClient client = _model.AsIChatClient();
        InputException refused = await Assert.ThrowsAsync<InputException>(() => client.GetResponseAsync("Once ", options, Cancellation));
        Assert.Contains(name, refused.Message, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task OtherContentAndEmptyConversationsAreRefused()
    {
        using IChatClient client = _model.AsIChatClient();
        ChatMessage picture = new(ChatRole.User, [new DataContent(new byte[] { 1 }, "image/png")]);
        NotSupportedException refused = await Assert.ThrowsAsync<NotSupportedException>(
            () => client.GetResponseAsync([picture], cancellationToken: Cancellation));
        Assert.Contains("DataContent", refused.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<InputException>(
            () => client.GetResponseAsync(Array.Empty<ChatMessage>(), cancellationToken: Cancellation));
        Assert.Throws<InputException>(() => _model.AsIChatClient(new LanguageModelClientOptions { MaxOutputTokens = 0 }));
    }

    [Fact]
    public void ServicesAreTheClientsOwn()
    {
        using IChatClient client = _model.AsIChatClient(new LanguageModelClientOptions { ModelId = "tiny" });
        Assert.Same(_model, client.GetService<LanguageModel>());
        Assert.Same(client, client.GetService<LanguageModelChatClient>());
        ChatClientMetadata metadata = client.GetService<ChatClientMetadata>()!;
        Assert.Equal(("ManagedTransformer", "tiny"), (metadata.ProviderName, metadata.DefaultModelId));
        Assert.Null(client.GetService<string>());
        Assert.Null(client.GetService(typeof(LanguageModel), "key"));
    }

    // Told of every token before it is chosen.
    private sealed class CountingProcessor(int at, Action reached) : ILogitsProcessor
    {
        public int Calls { get; private set; }

        public void Process(ReadOnlySpan<int> tokens, int promptLength, Span<float> logits)
        {
            if (++Calls == at)
            {
                reached();
            }
        }
    }

    private static string Text(string prompt, GenerationOptions options) => string.Concat(_model.Generate(prompt, options));
}

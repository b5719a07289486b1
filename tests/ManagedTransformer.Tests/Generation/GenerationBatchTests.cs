using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Generation;
using ManagedTransformer.Generation.Batching;
using ManagedTransformer.Generation.Processors;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;
using Xunit;

namespace ManagedTransformer.Tests.Generation;

/// <summary>Texts in a batch are those that each is alone, and come and go without regard to the others.</summary>
public sealed class GenerationBatchTests
{
    private static readonly CancellationToken _token = TestContext.Current.CancellationToken;

    public static TheoryData<string> Names => [.. GenerationModels.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task TextsAreThoseOfTextsAlone(string name)
    {
        LanguageModel model = Create(name);
        using GenerationBatch batch = new(model.Network, new BatchOptions { Slots = 5, Queue = 100 });
        TextGeneration[] texts = [.. Enumerable.Range(0, 14).Select(i => Request(model, i))];
        IAsyncEnumerable<GenerationStep>[] running = [.. texts.Select(text => batch.Add(text, _token))];
        string[] actual = await Task.WhenAll(running.Select(Collect));
        for (int i = 0; i < texts.Length; i++)
        {
            TextGeneration alone = Request(model, i);
            Assert.Equal(string.Concat(alone.Steps(_token).Select(Tell)), actual[i]);
            Assert.Equal((alone.Tokens, alone.Finish, alone.StopString), (texts[i].Tokens, texts[i].Finish, texts[i].StopString));
        }

        BatchLoad load = batch.Load;
        Assert.Equal((0, 0, 0), (load.Running, load.Waiting, load.StateBytes));
        Assert.Equal(texts.Sum(text => text.PromptTokens), load.PromptTokens);
        Assert.True(load.Steps < load.Tokens);
    }

    [Fact]
    public async Task AWindowSlidesOverATextInABatchToo()
    {
        LanguageModel model = Create(GenerationModels.Plain with { MaxPositions = 12 });
        using GenerationBatch batch = new(model.Network);
        GenerationOptions options = new() { MaxTokens = 40, WindowStride = 4, Temperature = 0.8f };
        string[] actual = await Task.WhenAll(
            Collect(batch.Add(model.Generate("abcdefghijklmnop", options), _token)),
            Collect(batch.Add(model.Generate("ab", options with { Seed = 2 }), _token)));
        Assert.Equal(string.Concat(model.Generate("abcdefghijklmnop", options).Steps(_token).Select(Tell)), actual[0]);
        Assert.Equal(string.Concat(model.Generate("ab", options with { Seed = 2 }).Steps(_token).Select(Tell)), actual[1]);
    }

    [Fact]
    public async Task LongPromptsAreReadInTheSamePiecesWhateverElseRuns()
    {
        LanguageModel model = Create("llama");
        string prompt = string.Concat(Enumerable.Range(0, 150).Select(i => (char)('a' + (i * 7 % 26))));
        GenerationOptions options = new() { MaxTokens = 12, LogProbabilities = 1, WindowStride = 1 };
        BatchOptions pieces = new() { PromptPiece = 40 };
        string alone;
        using (GenerationBatch batch = new(model.Network, pieces))
        {
            alone = await Collect(batch.Add(model.Generate(prompt, options), _token));
        }

        using (GenerationBatch batch = new(model.Network, pieces))
        {
            string[] together = await Task.WhenAll(
                Enumerable.Range(0, 6).Select(i => Collect(batch.Add(model.Generate(prompt[..(150 - (i * 20))], options), _token))));
            Assert.Equal(alone, together[0]);
        }
    }

    [Fact]
    public async Task WhoHasGoneFreesTheSlotBehindTheTokenAtHand()
    {
        LanguageModel model = Create("plain");
        using GenerationBatch batch = new(model.Network, new BatchOptions { Slots = 1, Queue = 1 });
        using CancellationTokenSource end = new();
        TextGeneration endless = model.Generate("ab", new GenerationOptions { MaxTokens = int.MaxValue, WindowStride = 200 });
        TextGeneration next = model.Generate("ab", new GenerationOptions { MaxTokens = 3 });
        IAsyncEnumerable<GenerationStep> first = batch.Add(endless, end.Token), second = batch.Add(next, _token);
        int seen = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (GenerationStep _ in first.WithCancellation(_token))
            {
                if (++seen == 5)
                {
                    await end.CancelAsync();
                }
            }
        });
        Assert.Equal(3, (await Steps(second)).Count);

        // Whoever just stops to read has gone too.
        await foreach (GenerationStep _ in batch.Add(
            model.Generate("ab", new GenerationOptions { MaxTokens = int.MaxValue, WindowStride = 200 }), _token))
        {
            break;
        }

        Assert.Equal(3, (await Steps(batch.Add(model.Generate("ab", new GenerationOptions { MaxTokens = 3 }), _token))).Count);
    }

    [Fact]
    public async Task AWaitingTextThatIsGivenUpEndsAtOnceAndFreesItsPlace()
    {
        LanguageModel model = Create("plain");
        using GenerationBatch batch = new(model.Network, new BatchOptions { Slots = 1, Queue = 1 });
        GenerationOptions endless = new() { MaxTokens = int.MaxValue, WindowStride = 200 };
        await using IAsyncEnumerator<GenerationStep> running = batch.Add(model.Generate("ab", endless), _token).GetAsyncEnumerator(_token);
        Assert.True(await running.MoveNextAsync());
        using CancellationTokenSource end = new();
        Task<List<GenerationStep>> waiting = Steps(batch.Add(model.Generate("ab", endless), end.Token));
        Assert.Contains("1 slots are taken",
            Assert.Throws<BatchFullException>(() => batch.Add(model.Generate("ab", endless), _token)).Message,
            StringComparison.Ordinal);
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        while (batch.Load.Waiting > 0)
        {
            Assert.True(await running.MoveNextAsync());
        }
    }

    [Fact]
    public async Task TheNextMayTakeThePlaceOfWhoWaitedBeforeTheWorkerNotices()
    {
        LanguageModel model = Create("plain");
        using GenerationBatch batch = new(model.Network, new BatchOptions { Slots = 1, Queue = 1 });
        using ManualResetEventSlim isBusy = new(), goOn = new();
        GenerationOptions busy = new() { MaxTokens = 1, Processors = [new Callback(() => { isBusy.Set(); goOn.Wait(_token); })] };
        IAsyncEnumerable<GenerationStep> first = batch.Add(model.Generate("ab", busy), _token);
        isBusy.Wait(_token);
        using CancellationTokenSource end = new();
        Task<List<GenerationStep>> waiting = Steps(batch.Add(model.Generate("ab"), end.Token));
        await end.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        IAsyncEnumerable<GenerationStep> next = batch.Add(model.Generate("ab", new GenerationOptions { MaxTokens = 3 }), _token);
        goOn.Set();
        Assert.Single(await Steps(first));
        Assert.Equal(3, (await Steps(next)).Count);
    }

    [Theory]
    [InlineData(1, int.MaxValue)]
    [InlineData(int.MaxValue, 1)]
    public async Task AQueueMayHaveNoEnd(int slots, int queue)
    {
        LanguageModel model = Create("plain");
        using GenerationBatch batch = new(model.Network, new BatchOptions { Slots = slots, Queue = queue });
        Assert.Equal(3, (await Steps(batch.Add(model.Generate("ab", new GenerationOptions { MaxTokens = 3 }), _token))).Count);
    }

    [Fact]
    public async Task StepsAreEnumeratedOnce()
    {
        LanguageModel model = Create("plain");
        using GenerationBatch batch = new(model.Network);
        IAsyncEnumerable<GenerationStep> steps = batch.Add(model.Generate("ab", new GenerationOptions { MaxTokens = 3 }), _token);
        Assert.Equal(3, (await Steps(steps)).Count);
        Assert.Contains(
            "enumerated once", (await Assert.ThrowsAsync<InvalidOperationException>(() => Steps(steps))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AProcessorMayEndTheBatchThatWaitsForIt()
    {
        LanguageModel model = Create("plain");
        using GenerationBatch batch = new(model.Network);
        GenerationOptions options = new() { MaxTokens = 100, Processors = [new Callback(batch.Dispose)] };
        await Assert.ThrowsAsync<OperationCanceledException>(() => Steps(batch.Add(model.Generate("ab", options), _token)));
        Assert.Throws<ObjectDisposedException>(() => batch.Add(model.Generate("ab", options), _token));
    }

    [Fact]
    public async Task WhatIsWrongWithATextEndsThatTextAlone()
    {
        LanguageModel model = Create("plain");
        using GenerationBatch batch = new(model.Network);
        GenerationOptions options = new() { MaxTokens = 20 };
        Task<List<GenerationStep>> good = Steps(batch.Add(model.Generate("ab", options), _token));
        await Assert.ThrowsAsync<InputException>(() => Steps(batch.Add(
            model.Generate("ab", options with { Processors = [new NothingLeft()] }), _token)));
        Assert.Equal(20, (await good).Count);
        Assert.Empty(await Steps(batch.Add(model.Generate("ab", options with { MaxTokens = 0 }), _token)));
        Assert.Throws<ArgumentException>(() => batch.Add(Create("plain").Generate("ab"), _token));
    }

    [Fact]
    public async Task TheEndOfABatchEndsItsTexts()
    {
        LanguageModel model = Create("plain");
        GenerationBatch batch = new(model.Network, new BatchOptions { Slots = 1 });
        GenerationOptions endless = new() { MaxTokens = int.MaxValue, WindowStride = 200 };
        Task<List<GenerationStep>> running = Steps(batch.Add(model.Generate("ab", endless), _token));
        Task<List<GenerationStep>> waiting = Steps(batch.Add(model.Generate("ab", endless), _token));
        batch.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => running);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Throws<ObjectDisposedException>(() => batch.Add(model.Generate("ab"), _token));
    }

    private static LanguageModel Create(string name) => Create(GenerationModels.All[name]);

    private static LanguageModel Create(LanguageModelConfig config)
    {
        CharacterTokenizer tokenizer = CharacterTokenizer.FromText(
            string.Concat(Enumerable.Range(0, GenerationModels.Vocabulary).Select(i => (char)('a' + i))));
        LanguageModelConfig sized = config with { Vocab = tokenizer.VocabularySize };
        return new LanguageModel(new CausalLanguageModel(sized, new RandomSource(3)), tokenizer,
            new ModelDescription { Architecture = Recipe.TransformerLanguageModel, Model = sized });
    }

    private static TextGeneration Request(LanguageModel model, int i) => model.Generate(
        string.Concat(Enumerable.Range(0, 1 + (i * 5 % 17)).Select(j => (char)('a' + ((i + j) * 7 % 26)))),
        new GenerationOptions
        {
            MaxTokens = 5 + (i * 11 % 23),
            Seed = (ulong)i,
            Temperature = i % 4 == 0 ? 0 : 0.9f,
            TopK = i % 3 == 0 ? 10 : 0,
            MinP = i % 5 == 0 ? 0.01f : 0,
            RepetitionPenalty = i % 2 == 0 ? 1.3f : 1,
            LogProbabilities = i % 6 == 0 ? 2 : null,
            StopStrings = i % 7 == 0 ? ["b", "qr"] : [],
        });

    private static async Task<List<GenerationStep>> Steps(IAsyncEnumerable<GenerationStep> steps)
    {
        List<GenerationStep> all = [];
        await foreach (GenerationStep step in steps.WithCancellation(_token))
        {
            all.Add(step);
        }

        return all;
    }

    private static async Task<string> Collect(IAsyncEnumerable<GenerationStep> steps) => string.Concat((await Steps(steps)).Select(Tell));

    private static string Tell(GenerationStep step) =>
        $"[{step.Token} {step.Text} {step.LogProbability} {string.Join(',', step.Likeliest)} {step.Finish}]";

    private sealed class Callback(Action call) : ILogitsProcessor
    {
        public void Process(ReadOnlySpan<int> tokens, int promptLength, Span<float> logits) => call();
    }

    private sealed class NothingLeft : ILogitsProcessor
    {
        public void Process(ReadOnlySpan<int> tokens, int promptLength, Span<float> logits) => logits.Fill(float.NegativeInfinity);
    }
}

using System.Text;
using ManagedTransformer.Architectures.AdaptiveSpan;
using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Generation;
using ManagedTransformer.Generation.Processors;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Tokenization.Chat;
using ManagedTransformer.Tokenization;
using ManagedTransformer.Tokenization.Chat;
using Xunit;

namespace ManagedTransformer.Tests.Generation;

/// <summary>Generation token by token: text, log-probabilities, what ends it; and beam search.</summary>
public sealed class GenerationStepTests
{
    private const string Prompt = "Once ";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void StepsMakeTheText()
    {
        LanguageModel model = Model();
        GenerationOptions options = new() { MaxTokens = 30, Seed = 4, LogProbabilities = 3 };
        TextGeneration generation = model.Generate(Prompt, options);
        GenerationStep[] steps = [.. generation.Steps(Token)];
        Assert.Equal(string.Concat(model.Generate(Prompt, options with { LogProbabilities = null })),
            string.Concat(steps.Select(step => step.Text)));
        Assert.Equal(30, steps.Length);
        Assert.All(steps.SkipLast(1), step => Assert.Null(step.Finish));
        Assert.Equal((FinishReason.Length, 30, false), (steps[^1].Finish, generation.Tokens, generation.IsStopped));
        Assert.Equal(TextGenerator.Generate(model.Network, Encoding.UTF8.GetBytes(Prompt).Select(b => (int)b).ToArray(), options, 256),
            steps.Select(step => step.Token));
        Assert.Empty(model.Generate(Prompt, options with { MaxTokens = 0 }).Steps(Token));
    }

    [Fact]
    public void LogProbabilitiesAreThoseOfTheModelWhateverChangesItsScores()
    {
        LanguageModel model = Model();
        GenerationOptions options = new()
        {
            MaxTokens = 12,
            Temperature = 0.5f,
            TopK = 40,
            RepetitionPenalty = 1.5f,
            LogitBias = new Dictionary<int, float> { [65] = 3 },
            LogProbabilities = 4,
        };
        List<int> text = [.. Encoding.UTF8.GetBytes(Prompt).Select(b => (int)b)];
        foreach (GenerationStep step in model.Generate(Prompt, options).Steps(Token))
        {
            double[] expected = LogSoftmax(model.Network, text);
            Assert.Equal(expected[step.Token], step.LogProbability!.Value, 1e-4);
            int[] best = [.. Enumerable.Range(0, 256).OrderByDescending(token => expected[token]).Take(4)];
            Assert.Equal(best, step.Likeliest.Select(likely => likely.Token));
            Assert.All(step.Likeliest, likely => Assert.Equal(expected[likely.Token], likely.LogProbability, 1e-4));
            text.Add(step.Token);
        }

        Assert.All(model.Generate(Prompt, options with { LogProbabilities = null }).Steps(Token), step => Assert.Null(step.LogProbability));
        Assert.All(model.Generate(Prompt, options with { LogProbabilities = 0 }).Steps(Token), step => Assert.Empty(step.Likeliest));
    }

    /// <summary>Bytes as tokens, so that every string of more than one of them lies across borders, and characters do too.</summary>
    [Theory]
    [InlineData("wörld", "ö", "w")]
    [InlineData("ab\U0001F600cd", "\U0001F600", "ab")]
    [InlineData("ab\U0001F600cd", "\U0001F600c", "ab")]
    [InlineData("hello", "ll", "he")]
    [InlineData("hello", "lo!", "hello")]
    public void StopStringsWorkAcrossTokens(string text, string stop, string expected)
    {
        GenerationOptions options = new()
        {
            MaxTokens = Encoding.UTF8.GetByteCount(text),
            Temperature = 0,
            StopStrings = [stop],
            Processors = [new Dictation(text)],
        };
        TextGeneration generation = Model().Generate(Prompt, options);
        GenerationStep[] steps = [.. generation.Steps(Token)];
        Assert.Equal(expected, string.Concat(steps.Select(step => step.Text)));
        bool isFound = expected != text;
        Assert.Equal(isFound ? FinishReason.StopString : FinishReason.Length, generation.Finish);
        Assert.Equal(generation.Finish, steps[^1].Finish);
        Assert.Equal(isFound ? stop : null, generation.StopString);
        Assert.Equal(isFound ? Encoding.UTF8.GetByteCount(expected + stop) : options.MaxTokens, generation.Tokens);
    }

    [Fact]
    public void TheFinishTellsWhichTokenEndedTheText()
    {
        GenerationOptions options = new() { MaxTokens = 9, Temperature = 0, Processors = [new Dictation("abcdefghi")] };
        TextGeneration ended = Model(end: 'd').Generate(Prompt, options);
        GenerationStep[] steps = [.. ended.Steps(Token)];
        Assert.Equal((FinishReason.EndOfText, 3, true), (ended.Finish, ended.Tokens, steps[^1].IsEnd));
        Assert.Equal("abc", string.Concat(steps.Select(step => step.Text)));
        TextGeneration stopped = Model(end: 'd').Generate(Prompt, options with { StopTokens = ['b'] });
        Assert.Equal("a", string.Concat(stopped));
        Assert.Equal(FinishReason.StopToken, stopped.Finish);
        TextGeneration ignored = Model(end: 'd').Generate(Prompt, options with { IgnoreEndOfText = true });
        Assert.Equal("abcdefghi", string.Concat(ignored));
    }

    [Fact]
    public async Task CancellationEndsItBetweenTwoTokens()
    {
        using CancellationTokenSource source = new();
        TextGeneration generation = Model().Generate(Prompt, new() { MaxTokens = 1000 });
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (GenerationStep step in generation.StepsAsync(source.Token))
            {
                if (generation.Tokens == 3)
                {
                    await source.CancelAsync();
                }
            }
        });
        Assert.Equal(3, generation.Tokens);
        Assert.Null(generation.Finish);
    }

    [Fact]
    public void SeveralTextsHaveSeedsOfTheirOwn()
    {
        LanguageModel model = Model();
        GenerationOptions options = new() { MaxTokens = 20, Seed = ulong.MaxValue - 2 };
        string[] texts = [.. model.GenerateSeveral(Prompt, 3, options).Select(text => string.Concat(text))];
        ulong[] seeds = [ulong.MaxValue - 2, ulong.MaxValue - 1, ulong.MaxValue];
        Assert.Equal(seeds.Select(seed => string.Concat(model.Generate(Prompt, options with { Seed = seed }))), texts);
        Assert.Equal(3, texts.Distinct().Count());
        Assert.Contains("GenerationOptions.Seed", Assert.Throws<InputException>(() => model.GenerateSeveral(Prompt, 4, options)).Message,
            StringComparison.Ordinal);
    }

    [Fact]
    public void AnUnknownTokenIsRefusedBeforeATextBegins() => Assert.Contains("token 300", Assert.Throws<InputException>(() =>
        Model().Generate(Prompt, new() { LogitBias = new Dictionary<int, float> { [300] = 1 } })).Message, StringComparison.Ordinal);

    [Fact]
    public void ProcessorsAllocateNothingPerToken()
    {
        GenerationOptions options = new()
        {
            MaxTokens = 60,
            MinP = 0.01f,
            TypicalP = 0.95f,
            TopK = 50,
            TopP = 0.99f,
            RepetitionPenalty = 1.1f,
            PresencePenalty = 0.1f,
            FrequencyPenalty = 0.1f,
            NoRepeatNgramSize = 4,
        };
        using IEnumerator<int> tokens = TextGenerator.Generate(Model().Network, [1, 2, 3], options, 256).GetEnumerator();
        for (int i = 0; i < 20; i++)
        {
            Assert.True(tokens.MoveNext());
        }

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 10; i++)
        {
            tokens.MoveNext();
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void ABeamOfOneIsGreedyAndWiderOnesFindNothingWorse(string name)
    {
        LanguageModel model = Model(_configs[name]);
        GenerationOptions options = new() { MaxTokens = 10, Temperature = 0 };
        string greedy = string.Concat(model.Generate(Prompt, options));
        TextHypothesis one = Assert.Single(model.Search(Prompt, options, beams: 1, cancellation: Token));
        Assert.Equal((greedy, FinishReason.Length), (one.Text, one.Finish));
        IReadOnlyList<TextHypothesis> found = model.Search(Prompt, options, beams: 4, cancellation: Token);
        Assert.Equal(4, found.Count);
        Assert.Equal(found.OrderByDescending(text => text.Score).Select(text => text.Text), found.Select(text => text.Text));
        Assert.Equal(4, found.Select(text => string.Join(' ', text.Tokens)).Distinct().Count());
        foreach (TextHypothesis text in found)
        {
            // What the search remembers of each hypothesis gives what reading it afresh gives.
            List<int> read = [.. Encoding.UTF8.GetBytes(Prompt).Select(b => (int)b)];
            double sum = 0;
            foreach (int token in text.Tokens)
            {
                sum += LogSoftmax(model.Network, read)[token];
                read.Add(token);
            }

            // With exits, tokens that are read afresh run all layers.
            Assert.True(name == "exits" || Math.Abs((sum / 10) - text.Score) < 1e-3, $"{text.Score} instead of {sum / 10}");
            Assert.Equal(text.LogProbabilities.Sum(value => (double)value) / 10, text.Score, 1e-9);
        }
    }

    [Fact]
    public void ASearchOfEverythingFindsTheBest()
    {
        LanguageModel model = Model();
        GenerationOptions options = new() { MaxTokens = 2, LogitBias = Only(65, 66, 67, 68) };
        List<int> prompt = [.. Encoding.UTF8.GetBytes(Prompt).Select(b => (int)b)];
        (int First, int Second, double Score)[] all =
        [
            .. from first in Enumerable.Range(65, 4)
               from second in Enumerable.Range(65, 4)
               select (first, second, LogSoftmax(model.Network, prompt)[first] + LogSoftmax(model.Network, [.. prompt, first])[second]),
        ];
        int[] best = [.. all.OrderByDescending(text => text.Score).Take(1).SelectMany(text => new[] { text.First, text.Second })];
        Assert.Equal(best, model.Search(Prompt, options, beams: 4, lengthPenalty: 0, Token)[0].Tokens);
    }

    [Fact]
    public void ASearchEndsAtStopTokensAndObeysProcessors()
    {
        LanguageModel model = Model(end: 'x');
        GenerationOptions options = new() { MaxTokens = 6, LogitBias = Only('x', 'y', 'z'), NoRepeatNgramSize = 1 };
        IReadOnlyList<TextHypothesis> found = model.Search("q", options, beams: 2, cancellation: Token);
        Assert.All(found, text => Assert.Equal(FinishReason.EndOfText, text.Finish));
        Assert.All(found, text => Assert.Equal(text.Tokens.Count, text.Tokens.Distinct().Count()));
        Assert.All(found, text => Assert.Equal(text.Tokens.Count + 1, text.LogProbabilities.Count));
        Assert.All(found, text => Assert.DoesNotContain("x", text.Text, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("TopK")]
    [InlineData("MinP")]
    [InlineData("StopStrings")]
    [InlineData("LogProbabilities")]
    [InlineData("MaxTokens")]
    public void WhatHasNoPartInASearchIsRefused(string option)
    {
        GenerationOptions options = option switch
        {
            "TopK" => new() { TopK = 3 },
            "MinP" => new() { MinP = 0.1f },
            "StopStrings" => new() { StopStrings = ["a"] },
            "LogProbabilities" => new() { LogProbabilities = 1 },
            _ => new() { MaxTokens = 65 },
        };
        LanguageModel model = Model(new LanguageModelConfig { Vocab = 256, Dim = 8, Layers = 1, Heads = 1, MaxPositions = 64 });
        string message = Assert.Throws<InputException>(() => model.Search("a", options, cancellation: Token)).Message;
        Assert.Contains($"GenerationOptions.{option}", message, StringComparison.Ordinal);
    }

    [Fact]
    public void AModelAnswersByItsTemplateAndKeepsItWhenSaved()
    {
        using Data.TemporaryFolder folder = new();
        ChatTemplate template = new(ChatTemplateTests.Zephyr) { EndOfText = "." };
        LanguageModel model = Model(template: template);
        ChatMessage[] messages = [new("user", "Hi")];
        GenerationOptions options = new() { MaxTokens = 9, Temperature = 0, Processors = [new Dictation("abc.efghi")] };
        TextGeneration answer = model.Generate(messages, options);
        Assert.Equal("abc", string.Concat(answer));
        Assert.Equal(("<|user|>\nHi.\n<|assistant|>\n", FinishReason.EndOfText), (answer.Prompt, answer.Finish));
        model.Save(folder["saved"]);
        LanguageModel loaded = LanguageModel.Load(folder["saved"]);
        Assert.Equal((template.Source, "."), (loaded.ChatTemplate!.Source, loaded.ChatTemplate.EndOfText));
        Assert.Equal(answer.Prompt, loaded.Generate(messages).Prompt);
        Assert.Contains("no chat template", Assert.Throws<InputException>(() => Model().Generate(messages)).Message,
            StringComparison.Ordinal);
    }

    public static TheoryData<string> Networks() => [.. _configs.Keys];

    private static readonly Dictionary<string, LanguageModelConfig> _configs = new()
    {
        ["softmax"] = Config(),
        ["linear"] = Config() with { Attention = AttentionKind.Linear, Linear = new() { Map = FeatureMapKind.Elu1 } },
        ["exits"] = Config() with { Exits = new() { Halting = HaltingKind.Confidence, Thresholds = [0.01f] } },
        ["window"] = Rotary(AttentionKind.Rotary) with { Rotary = new() { KeyHeads = 1, Window = 3 } },
        ["lolcats"] = Rotary(AttentionKind.Lolcats) with { Lolcats = new() { FeatureSize = 3 } },
        ["lolcats, standard"] = Rotary(AttentionKind.Lolcats) with
        {
            Lolcats = new() { FeatureSize = 3, Window = LolcatsWindow.Standard, WindowSize = 3 },
        },
        ["lolcats, terraced"] = Rotary(AttentionKind.Lolcats) with
        {
            Lolcats = new() { FeatureSize = 3, Window = LolcatsWindow.Terraced, WindowSize = 3 },
        },
        ["spans"] = new()
        {
            Vocab = 256,
            Dim = 16,
            Layers = 2,
            Heads = 2,
            Attention = AttentionKind.AdaptiveSpan,
            Span = new SpanConfig { Limit = 32, Ramp = 4, Initial = 0.5f },
            Positions = PositionKind.Relative,
            PreNorm = false,
            Bias = false,
        },
    };

    private static LanguageModelConfig Config() =>
        new() { Vocab = 256, Dim = 16, Layers = 2, Heads = 2, Positions = PositionKind.Learned, MaxPositions = 64 };

    private static LanguageModelConfig Rotary(AttentionKind attention) => new()
    {
        Vocab = 256,
        Dim = 16,
        Layers = 2,
        Heads = 2,
        Attention = attention,
        Positions = PositionKind.None,
        Rotary = new() { KeyHeads = 1 },
        MaxPositions = 64,
    };

    private static LanguageModel Model(LanguageModelConfig? config = null, int? end = null, ChatTemplate? template = null)
    {
        config ??= Config();
        return new(new CausalLanguageModel(config, new RandomSource(5)), new ByteTokenizer(), new ModelDescription
        {
            Architecture = Recipe.TransformerLanguageModel,
            Model = config,
            EndOfText = end is { } id ? [id] : null,
        })
        {
            ChatTemplate = template,
        };
    }

    private static Dictionary<int, float> Only(params int[] tokens) => Enumerable.Range(0, 256)
        .Where(token => !tokens.Contains(token)).ToDictionary(token => token, _ => float.NegativeInfinity);

    private static double[] LogSoftmax(CausalLanguageModel network, List<int> text)
    {
        using NoGradientScope _ = new();
        float[] logits = network.Step(Tensor.From([.. text], new Shape(1, text.Count)), network.CreateState()).ToArray();
        double largest = logits.Max(), normalizer = largest + Math.Log(logits.Sum(logit => Math.Exp(logit - largest)));
        return [.. logits.Select(logit => logit - normalizer)];
    }

    /// <summary>Lets nothing but a text follow, byte by byte.</summary>
    private sealed class Dictation(string text) : ILogitsProcessor
    {
        private readonly byte[] _bytes = Encoding.UTF8.GetBytes(text);

        public void Process(ReadOnlySpan<int> tokens, int promptLength, Span<float> logits)
        {
            logits.Fill(float.NegativeInfinity);
            logits[_bytes[tokens.Length - promptLength]] = 0;
        }
    }
}

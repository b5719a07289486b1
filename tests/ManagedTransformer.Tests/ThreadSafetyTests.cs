using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Generation;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Data;
using ManagedTransformer.Tokenization;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Tests;

/// <summary>
/// What the page on threads says: a model may be used by several at once, a run, a trainer or a tensor that is written to by one.
/// </summary>
public sealed class ThreadSafetyTests
{
    private const int Threads = 4;

    [Fact]
    public void OneModelGeneratesOnSeveralThreads()
    {
        LanguageModel model = Build(1);
        string Generate(int seed) =>
            string.Concat(model.Generate("the cat ", new GenerationOptions { MaxTokens = 60, Temperature = 0.9f, Seed = (ulong)seed }));
        string[] expected = [.. Enumerable.Range(0, Threads).Select(Generate)];
        Assert.Equal(Threads, expected.Distinct().Count());
        for (int repetition = 0; repetition < 5; repetition++)
        {
            Assert.Equal(expected, AtOnce(Generate));
        }
    }

    /// <summary>Everything that a request may ask for, each with options of its own, on models whose parts keep tables or states.</summary>
    [Theory]
    [InlineData("learned")]
    [InlineData("rotary")]
    [InlineData("linear")]
    [InlineData("spans")]
    [InlineData("exits")]
    public void RequestsOfDifferentOptionsRunAtOnce(string name)
    {
        LanguageModel model = Build(7, config => name switch
        {
            "rotary" => config with
            {
                Attention = AttentionKind.Rotary,
                Rotary = new() { Window = 9 },
                Positions = PositionKind.None,
                GatedFfn = true,
                Norm = NormKind.Rms,
                Bias = false,
            },
            "linear" => config with { Attention = AttentionKind.Linear, Linear = new() { Map = FeatureMapKind.FavorExp } },
            "spans" => config with
            {
                Attention = AttentionKind.AdaptiveSpan,
                Span = new() { Limit = 64, Ramp = 8, Initial = 0.5f },
                Positions = PositionKind.Relative,
                PreNorm = false,
                Bias = false,
            },
            "exits" => config with { Exits = new() { Halting = HaltingKind.Confidence, Thresholds = [0.2f] } },
            _ => config,
        });
        CancellationToken token = TestContext.Current.CancellationToken;
        string Run(int request)
        {
            GenerationOptions options = new() { MaxTokens = 40, Seed = (ulong)request };
            return request switch
            {
                0 => string.Concat(model.Generate("the cat ", options with { MinP = 0.01f, TypicalP = 0.9f, RepetitionPenalty = 1.2f })),
                1 => string.Join(
                    '|', model.Search("the dog ", options, beams: 3, cancellation: token).Select(found => found.Text)),
                2 => string.Join('|', model.Generate("a mat ", options with { LogProbabilities = 2 }).Steps(token)
                    .Select(step => $"{step.Text}{step.LogProbability}{step.Likeliest[1].LogProbability}")),
                _ => string.Concat(model.Generate("so ", options with { TopK = 5, TopP = 0.8f, StopStrings = ["zzzz"] })),
            };
        }

        string[] expected = [.. Enumerable.Range(0, Threads).Select(Run)];
        for (int repetition = 0; repetition < 3; repetition++)
        {
            Assert.Equal(expected, AtOnce(Run));
        }
    }

    [Fact]
    public void OneModelComputesTheSameBitsOnSeveralThreads()
    {
        LanguageModel model = Build(2);
        float[] Logits(int row)
        {
            using NoGradientScope none = new();
            int[] ids = [.. Enumerable.Range(0, 32).Select(i => (i * (row + 3)) % model.Tokenizer.VocabularySize)];
            return model.Network.Forward(Tensor.From(ids, new Shape(1, ids.Length)), ForwardContext.Inference).ToArray();
        }

        float[][] expected = [.. Enumerable.Range(0, Threads).Select(Logits)];
        for (int repetition = 0; repetition < 5; repetition++)
        {
            Assert.Equal(expected, AtOnce(Logits));
        }
    }

    [Fact]
    public void RunsOfTheirOwnTrainAtOnce()
    {
        using TemporaryFolder folder = new();
        float[] Train(string name, int seed)
        {
            var recipe = (LanguageModelRecipe)Recipe.Builtin("stories");
            recipe = recipe with
            {
                Model = recipe.Model with { Dim = 16, Layers = 1, Heads = 2, MaxPositions = 16, Dropout = 0.1f },
                Training = recipe.Training with { Steps = 6, Batch = 2, Context = 16, EvaluateEvery = 6, EvaluateTokens = 200 },
            };
            TrainingRun run = TrainingRun.Prepare(recipe, new TrainingOptions { Output = folder[name], Seed = (ulong)seed + 1 });
            run.Run();
            return ((LanguageModel)run.Model).Network.Parameters().SelectMany(named => named.Parameter.ToArray()).ToArray();
        }

        float[][] expected = [.. Enumerable.Range(0, 2).Select(seed => Train($"alone-{seed}", seed))];
        float[][] actual = AtOnce(seed => Train($"together-{seed}", seed), 2);
        Assert.Equal(expected, actual);
    }

    private static T[] AtOnce<T>(Func<int, T> work, int threads = Threads)
    {
        T[] results = new T[threads];
        Exception?[] failures = new Exception?[threads];
        Thread[] all = [.. Enumerable.Range(0, threads).Select(i => new Thread(() =>
        {
            try
            {
                results[i] = work(i);
            }
            catch (Exception e)
            {
                failures[i] = e;
            }
        }))];
        Array.ForEach(all, thread => thread.Start());
        Array.ForEach(all, thread => thread.Join());
        Assert.All(failures, Assert.Null);
        return results;
    }

    private static LanguageModel Build(ulong seed, Func<LanguageModelConfig, LanguageModelConfig>? change = null)
    {
        CharacterTokenizer tokenizer = CharacterTokenizer.FromText("the cat sat on a mat, and so did the dog.");
        LanguageModelConfig config = new()
        {
            Vocab = tokenizer.VocabularySize,
            Dim = 32,
            Layers = 2,
            Heads = 2,
            Positions = PositionKind.Learned,
            MaxPositions = 128,
        };
        config = change?.Invoke(config) ?? config;
        return new LanguageModel(
            new CausalLanguageModel(config, new RandomSource(seed)), tokenizer,
            new ModelDescription { Architecture = Recipe.TransformerLanguageModel, Model = config, Context = 32 });
    }
}

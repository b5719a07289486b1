using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Generation;
using ManagedTransformer.Modules;
using ManagedTransformer.Optimizers;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Data;
using Xunit;

namespace ManagedTransformer.Tests.Generation;

/// <summary>Generation with weights rounded to BFloat16, and what a step of generation allocates.</summary>
public sealed class RoundedWeightsTests
{
    private const int Vocabulary = GenerationModels.Vocabulary, Prompt = 20;

    private static readonly DType[] _types = [DType.BFloat16, DType.Int8, DType.Int4];

    public static TheoryData<string> Names => [.. GenerationModels.All.Keys];

    public static TheoryData<string, DType> Rounded
    {
        get
        {
            TheoryData<string, DType> cases = [];
            foreach (string name in GenerationModels.All.Keys)
            {
                foreach (DType type in _types)
                {
                    cases.Add(name, type);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Rounded))]
    public void ScoresAreThoseOfAModelOfTheRoundedNumbers(string name, DType type)
    {
        CausalLanguageModel rounded = Create(name, 3), reference = Create(name, 3);
        rounded.RoundWeights(type);
        foreach ((NamedParameter exact, NamedParameter half) in reference.Parameters().Zip(rounded.Parameters()))
        {
            exact.Parameter.CopyFrom(half.Parameter.ToArray());
        }

        Assert.True(rounded.Parameters().Count(named => named.Parameter.DType == type) > 8);
        LanguageModelState first = rounded.CreateState(), second = reference.CreateState();
        int place = 0;
        foreach (int block in new[] { Prompt, 1, 3, 1 })
        {
            using StepScope scope = new();
            Tensor tokens = Tensor.From([.. Enumerable.Range(place, block).Select(i => i * 7 % Vocabulary)], new Shape(1, block));
            float[] expected = reference.Step(tokens, second).ToArray(), actual = rounded.Step(tokens, first).ToArray();
            for (int i = 0; i < Vocabulary; i++)
            {
                Assert.True(Math.Abs(expected[i] - actual[i]) <= 2e-6 * (1 + Math.Abs(expected[i])),
                    $"{name}, token {i} at {place}: {actual[i]} instead of {expected[i]}");
            }

            place += block;
        }
    }

    [Theory]
    [InlineData(DType.BFloat16)]
    [InlineData(DType.Int8)]
    [InlineData(DType.Int4)]
    public void RoundedWeightsAreNotTrained(DType type)
    {
        CausalLanguageModel model = new(GenerationModels.Plain, new RandomSource(1));
        model.RoundWeights(type);
        Tensor tokens = Tensor.From([1, 2, 3, 4], new Shape(1, 4));
        Assert.True(model.Parameters().Where(named => named.Parameter.DType == type)
            .All(named => !named.Parameter.RequiresGradient));
        Assert.Contains("inference",
            Assert.Throws<InvalidOperationException>(() => model.Loss(tokens, tokens, ForwardContext.Inference)).Message,
            StringComparison.Ordinal);
        Assert.Contains("embed.weight", Assert.Throws<ArgumentException>(() => new Sgd([new ParameterGroup(model.Parameters())])).Message,
            StringComparison.Ordinal);
        using NoGradientScope _ = new();
        Assert.True(float.IsFinite(model.Loss(tokens, tokens, ForwardContext.Inference).Loss.Item()));
    }

    [Theory]
    [MemberData(nameof(Rounded))]
    public void RoundedWeightsAreSavedAndLoadedAsTheyAre(string name, DType type)
    {
        using var folder = new TemporaryFolder();
        string file = folder["model.safetensors"];
        CausalLanguageModel rounded = Create(name, 3), loaded = Create(name, 4);
        rounded.RoundWeights(type);
        ModuleWeights.Save(rounded, file);
        using WeightScope? scope = type == DType.BFloat16 ? new WeightScope(type) : null;
        ModuleWeights.Load(loaded, file);
        foreach ((NamedParameter half, NamedParameter whole) in rounded.Parameters().Zip(loaded.Parameters()))
        {
            Assert.Equal(half.Parameter.DType, whole.Parameter.DType);
            Assert.Equal(half.Parameter.ToArray(), whole.Parameter.ToArray());
        }

        using WeightScope floats = new(DType.Float32);
        CausalLanguageModel exact = Create(name, 5);
        ModuleWeights.Load(exact, file);
        foreach ((NamedParameter half, NamedParameter whole) in rounded.Parameters().Zip(exact.Parameters()))
        {
            Assert.Equal(DType.Float32, whole.Parameter.DType);
            Assert.Equal(half.Parameter.ToArray(), whole.Parameter.ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ATokenAllocatesNothing(string name)
    {
        foreach (DType type in (DType[])[DType.Float32, .. _types])
        {
            CausalLanguageModel model = Create(name, 3);
            model.RoundWeights(type);

            using IEnumerator<int> tokens = TextGenerator.Generate(
                model, [.. Enumerable.Range(0, Prompt)],
                new GenerationOptions { MaxTokens = 60, Temperature = 0.9f, TopK = 20, TopP = 0.95f }, Vocabulary).GetEnumerator();
            for (int i = 0; i < 15; i++)
            {
                Assert.True(tokens.MoveNext());
            }

            long[] bytes = new long[25];
            foreach (ref long count in bytes.AsSpan())
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                tokens.MoveNext();
                count = GC.GetAllocatedBytesForCurrentThread() - before;
            }

            // The runtime takes memory of its own now and then: to wait for a lock that another test holds, or where a collection emptied
            // the pool of arrays.
            Assert.True(bytes.Count(count => count > 0) <= 2, $"{type}: {string.Join(' ', bytes)}");
        }
    }

    private static CausalLanguageModel Create(string name, ulong seed) => new(GenerationModels.All[name], new RandomSource(seed));
}

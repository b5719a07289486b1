using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Tensors;
using Xunit;

namespace ManagedTransformer.Tests.Generation;

/// <summary>Texts that step together get the bits that each gets alone, whoever joins and leaves.</summary>
public sealed class StepTogetherTests
{
    private const int Vocabulary = GenerationModels.Vocabulary, Texts = 6, Steps = 14;

    public static TheoryData<string, DType> Cases
    {
        get
        {
            TheoryData<string, DType> cases = [];
            foreach (string name in GenerationModels.All.Keys)
            {
                foreach (DType type in new[] { DType.Float32, DType.BFloat16, DType.Int8, DType.Int4 })
                {
                    cases.Add(name, type);
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void EveryTextGetsItsOwnBits(string name, DType type)
    {
        CausalLanguageModel model = new(GenerationModels.All[name], new RandomSource(3));
        model.RoundWeights(type);
        AssertOwnBits(model);
    }

    [Fact]
    public void AdaptersAddTheSameBits()
    {
        CausalLanguageModel model = new(
            GenerationModels.Plain with { Lora = new LoraConfig { Rank = 3, Targets = ["query", "value", "out"] } }, new RandomSource(3));
        RandomSource random = new(4);
        foreach (var named in model.Parameters().Where(named => named.Name.Contains("lora", StringComparison.Ordinal)))
        {
            named.Parameter.Assign(Tensor.Uniform(named.Parameter.Shape, -1, 1, random.NextKey()));
        }

        AssertOwnBits(model);
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        CausalLanguageModel model = new(GenerationModels.Plain with { MaxPositions = 2 }, new RandomSource(3));
        LanguageModelState state = model.CreateState();
        Assert.Contains("0 tokens", Assert.Throws<ArgumentException>(() => model.StepTogether([], [])).Message, StringComparison.Ordinal);
        Assert.Contains("2 tokens and 1 texts", Assert.Throws<ArgumentException>(() => model.StepTogether([1, 2], [state])).Message,
            StringComparison.Ordinal);
        Assert.Contains("2 rows", Assert.Throws<ArgumentException>(() => model.StepTogether([1], [model.CreateState(2)])).Message,
            StringComparison.Ordinal);
        model.StepTogether([1], [state]);
        model.StepTogether([1], [state]);
        Assert.Contains("at most 2", Assert.Throws<ArgumentException>(() => model.StepTogether([1], [state])).Message,
            StringComparison.Ordinal);
    }

    // Text i begins with a prompt of its own at step i, and leaves before its end where i is even.
    private static void AssertOwnBits(CausalLanguageModel model)
    {
        LanguageModelState[] together = [.. Enumerable.Range(0, Texts).Select(_ => model.CreateState())];
        LanguageModelState[] alone = [.. Enumerable.Range(0, Texts).Select(_ => model.CreateState())];
        for (int step = 0; step < Steps; step++)
        {
            using StepScope scope = new();
            List<int> texts = [];
            for (int text = 0; text < Texts; text++)
            {
                if (step == text)
                {
                    int[] prompt = [.. Enumerable.Range(0, 1 + (3 * text)).Select(i => (i + text) * 7 % Vocabulary)];
                    Tensor tokens = Tensor.From(prompt, new Shape(1, prompt.Length));
                    Assert.Equal(model.Step(tokens, alone[text]).ToArray(), model.Step(tokens, together[text]).ToArray());
                }
                else if (step > text && (text % 2 == 1 || step < Steps - text))
                {
                    texts.Add(text);
                }
            }

            if (texts.Count == 0)
            {
                continue;
            }

            int[] next = [.. texts.Select(text => (step + (5 * text)) % Vocabulary)];
            float[] logits = model.StepTogether(next, [.. texts.Select(text => together[text])]).ToArray();
            for (int i = 0; i < next.Length; i++)
            {
                float[] expected = model.Step(Tensor.From([next[i]], new Shape(1, 1)), alone[texts[i]]).ToArray();
                Assert.Equal(expected, logits.AsSpan(i * Vocabulary, Vocabulary).ToArray());
                Assert.Equal(alone[texts[i]].Length, together[texts[i]].Length);
            }
        }
    }
}

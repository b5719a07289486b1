using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Generation;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Modules.Slots;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;
using Xunit;

namespace ManagedTransformer.Tests.Generation;

/// <summary>How often layers read a prompt, and where reading one is given up.</summary>
public sealed class PromptReadingTests
{
    private const string Prompt = "Once upon a time";
    private const int Layers = 4;

    [Fact]
    public async Task ReadingAPromptEndsBehindTheLayerAtHand()
    {
        GenerationOptions options = new() { MaxTokens = 3 };
        foreach (Func<LanguageModel, CancellationToken, Task> read in (Func<LanguageModel, CancellationToken, Task>[])
        [
            (model, token) => Task.FromResult(model.Generate(Prompt, options).Steps(token).Count()),
            async (model, token) => await model.Generate(Prompt, options).StepsAsync(token).CountAsync(CancellationToken.None),
            async (model, token) => await model.GenerateAsync(Prompt, options, token).CountAsync(CancellationToken.None),
            (model, token) => Task.FromResult(model.Search(Prompt, options, beams: 2, cancellation: token)),
        ])
        {
            using CancellationTokenSource source = new();
            int calls = 0;
            LanguageModel model = Model(_ =>
            {
                if (++calls == 2)
                {
                    source.Cancel();
                }
            });
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read(model, source.Token));
            Assert.Equal(2, calls);
            await read(model, TestContext.Current.CancellationToken);
            Assert.True(calls >= 2 + (3 * Layers));
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void ASearchReadsItsPromptOnce(int beams)
    {
        int positions = 0;
        LanguageModel model = Model(count => positions += count);
        model.Search(Prompt, new() { MaxTokens = 3 }, beams, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(Layers * (Prompt.Length + (2 * beams)), positions);
    }

    private static LanguageModel Model(Action<int> reads)
    {
        LanguageModelConfig config = new() { Vocab = 256, Dim = 16, Layers = Layers, Heads = 2, MaxPositions = 64 };
        return new(new CausalLanguageModel(config, new RandomSource(5), new ObservedSlot(reads)), new ByteTokenizer(), new ModelDescription
        {
            Architecture = Recipe.TransformerLanguageModel,
            Model = config,
        });
    }

    /// <summary>Softmax attention that tells how many positions it reads.</summary>
    private sealed class ObservedSlot(Action<int> reads) : IAttentionSlot
    {
        public void Validate(ModelSizes model, string where)
        {
        }

        public SelfAttention Create(TransformerLayerOptions layer, Module? shared, RandomSource random) =>
            new Observed(new MultiHeadAttention(layer.Dim, layer.Heads, random), reads);
    }

    private sealed class Observed(SelfAttention inner, Action<int> reads) : SelfAttention
    {
        public override Linear Query => inner.Query;

        public override Linear Key => inner.Key;

        public override Linear Value => inner.Value;

        public override Linear Out => inner.Out;

        public override Tensor Attend(Tensor x, AttentionMask mask, LayerHistory? history, ForwardContext context) =>
            inner.Attend(x, mask, history, context);

        public override LayerState CreateState(int batch) => inner.CreateState(batch);

        public override Tensor Step(Tensor x, LayerState state)
        {
            reads(x.Shape[0] * x.Shape[1]);
            return inner.Step(x, state);
        }

        public override void Visit(ParameterVisitor visit) => inner.Visit(visit);
    }
}

using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Generation;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Modules.Slots;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Training;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>
/// An attention of one's own in the library's language model: it trains, and it generates step by step what the whole sequence gives. This
/// assembly sees public members of the library only (<see cref="OwnModuleTests"/>).
/// </summary>
public sealed class OwnAttentionTests : IDisposable
{
    private const int Vocabulary = 11, Length = 24, Rows = 4;

    private static readonly LanguageModelConfig _config = new()
    {
        Vocab = Vocabulary,
        Dim = 16,
        Layers = 2,
        Heads = 2,
        MaxPositions = 64,
    };

    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(Length)]
    public void StepsGiveWhatTheWholeSequenceGives(int piece)
    {
        CausalLanguageModel model = Create();
        Tensor tokens = Tokens(0);
        float[] expected = model.Forward(tokens, ForwardContext.Inference).ToArray();
        LanguageModelState state = model.CreateState(Rows);
        long bytes = state.Bytes;
        for (int place = 0; place < Length; place += piece)
        {
            using StepScope scope = new();
            int count = Math.Min(piece, Length - place);
            float[] scores = model.Step(tokens.Slice(1, place, count), state).ToArray();
            for (int row = 0; row < Rows; row++)
            {
                AssertNear(expected.AsSpan(((row * Length) + place + count - 1) * Vocabulary, Vocabulary),
                    scores.AsSpan(row * Vocabulary, Vocabulary));
            }
        }

        Assert.Equal(Length, state.Length);
        Assert.Equal(bytes, state.Bytes);
        state.Reset();
        Assert.Equal(model.Step(tokens, model.CreateState(Rows)).ToArray(), model.Step(tokens, state).ToArray());
    }

    [Fact]
    public void ALaterTokenChangesNothingBefore()
    {
        const int changed = 9;
        CausalLanguageModel model = Create();
        int[] ids = [.. Tokens(0).ToInt32Array().Take(Length)];
        float[] before = model.Forward(Tensor.From(ids, new Shape(1, Length)), ForwardContext.Inference).ToArray();
        ids[changed] = (ids[changed] + 1) % Vocabulary;
        float[] after = model.Forward(Tensor.From(ids, new Shape(1, Length)), ForwardContext.Inference).ToArray();
        Assert.Equal(before[..(changed * Vocabulary)], after[..(changed * Vocabulary)]);
        for (int t = changed; t < Length; t++)
        {
            Assert.NotEqual(before[(t * Vocabulary)..((t + 1) * Vocabulary)], after[(t * Vocabulary)..((t + 1) * Vocabulary)]);
        }
    }

    [Fact]
    public void ItsGradientsPassTheCheck()
    {
        Retention attention = new(dim: 6, heads: 2, rate: 0.7f, new RandomSource(3));
        Tensor x = Tensor.Uniform(new Shape(2, 5, 6), -1, 1, new RandomKey(3, 0));
        Tensor[] inputs = [x, .. attention.Parameters().Select(named => named.Parameter)];
        double error = GradientCheck.Run(
            _ => attention.Attend(x, new AttentionMask(Causal: true), null, ForwardContext.Inference), inputs);
        Assert.InRange(error, 0, 5e-4);
    }

    [Fact]
    public void AModelWithItLearnsAndWritesOn()
    {
        CausalLanguageModel model = Create(), restored = Create(seed: 9);
        ModuleTrainerOptions options = new() { Steps = 150, Schedule = new ScheduleRecipe { Lr = 1e-2 } };
        ModuleTrainer trainer = Trainer(model, options);
        double first = trainer.Update().Loss, last = first;
        while (trainer.Step < options.Steps)
        {
            last = trainer.Update().Loss;
        }

        Assert.True(last < first / 5, $"{first} became {last}");
        trainer.Save(_work["run"]);
        Trainer(restored, options).Restore(_work["run"]);

        int[] text = Row(3), prompt = text[..8];
        GenerationOptions greedy = new() { MaxTokens = 12, Temperature = 0 };
        Assert.Equal(text[8..20], TextGenerator.Generate(restored, prompt, greedy, Vocabulary));
    }

    [Fact]
    public void ItsParametersHaveTheirPlaceInTheModel() => Assert.Equal(
        ["query", "key", "value", "out"],
        Create().Parameters().Select(named => named.Name.Split('.'))
            .Where(name => name is ["layers", "1", "attn", .., "weight"]).Select(name => name[3]));

    private static CausalLanguageModel Create(ulong seed = 1) => new(_config, new RandomSource(seed), new RetentionSlot(0.8f));

    private static ModuleTrainer Trainer(CausalLanguageModel model, ModuleTrainerOptions options) => new(
        model,
        (batch, context) =>
        {
            TrainingLoss loss = model.TrainingLoss(Tokens(batch), Tokens(batch, next: 1), context, new CrossEntropyOptions { Sum = true });
            return (loss.Total, loss.Prediction.Targets);
        },
        options);

    // Every row counts on from a number of its own, in steps of three.
    private static int[] Row(long start, int next = 0) =>
        [.. Enumerable.Range(next, Length).Select(t => (int)((start + (3 * t)) % Vocabulary))];

    private static Tensor Tokens(long batch, int next = 0) =>
        Tensor.From([.. Enumerable.Range(0, Rows).SelectMany(row => Row((batch * Rows) + row, next))], new Shape(Rows, Length));

    private static void AssertNear(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.Equal(expected[i], actual[i], 2e-5f);
        }
    }

    /// <summary>Retention (Sun et al., 2023) as the attention of all layers.</summary>
    private sealed record RetentionSlot(float Rate) : IAttentionSlot
    {
        public void Validate(ModelSizes model, string where)
        {
            if (Rate is not (> 0 and <= 1))
            {
                throw new InputException($"{where}: the rate is {Rate}, it must be above 0 and at most 1.");
            }
        }

        public SelfAttention Create(TransformerLayerOptions layer, Module? shared, RandomSource random) =>
            new Retention(layer.Dim, layer.Heads, Rate, random);
    }

    /// <summary>y[t] = sum over u up to t of rate^(t - u) (q[t] . k[u]) / sqrt(d) v[u], without a softmax.</summary>
    private sealed class Retention(int dim, int heads, float rate, RandomSource random) : SelfAttention
    {
        private readonly int _width = dim / heads;

        public override Linear Query { get; } = new(dim, dim, random);

        public override Linear Key { get; } = new(dim, dim, random);

        public override Linear Value { get; } = new(dim, dim, random);

        public override Linear Out { get; } = new(dim, dim, random);

        public override Tensor Attend(Tensor x, AttentionMask mask, LayerHistory? history, ForwardContext context)
        {
            if (!mask.Causal || mask.Window > 0 || mask.KeyPadding is not null)
            {
                throw new ArgumentException("Retention is causal, without windows and padding.");
            }

            return Join(Within(Heads(Query, x), Heads(Key, x), Heads(Value, x)));
        }

        public override LayerState CreateState(int batch) => new RetentionState(new Shape(batch, heads, _width, _width));

        public override Tensor Step(Tensor x, LayerState state)
        {
            int count = x.Shape[1];
            Tensor memory = ((RetentionState)state).Memory;
            Tensor query = Heads(Query, x), key = Heads(Key, x), value = Heads(Value, x);
            Tensor before = query.MatMul(memory) * Powers(t => t + 1, count, x.Device) * Scale;
            Tensor y = Within(query, key, value) + before;
            Tensor added = (key * Powers(t => count - 1 - t, count, x.Device)).Transpose(2, 3).MatMul(value);
            memory.Assign((memory * MathF.Pow(rate, count)) + added);
            return Join(y);
        }

        public override void Visit(ParameterVisitor visit)
        {
            visit.Add("query", Query);
            visit.Add("key", Key);
            visit.Add("value", Value);
            visit.Add("out", Out);
        }

        private float Scale => 1 / MathF.Sqrt(_width);

        // Attention of new positions to each other, [B, H, n, d].
        private Tensor Within(Tensor query, Tensor key, Tensor value)
        {
            int count = query.Shape[2];
            float[] decay = new float[count * count];
            for (int t = 0; t < count; t++)
            {
                for (int u = 0; u <= t; u++)
                {
                    decay[(t * count) + u] = Scale * MathF.Pow(rate, t - u);
                }
            }

            return (query.MatMul(key.Transpose(2, 3)) * Tensor.From(decay, new Shape(count, count), query.Device)).MatMul(value);
        }

        // [n, 1]
        private Tensor Powers(Func<int, int> exponent, int count, Device device) =>
            Tensor.From([.. Enumerable.Range(0, count).Select(t => MathF.Pow(rate, exponent(t)))], new Shape(count, 1), device);

        private Tensor Heads(Linear map, Tensor x) =>
            map.Forward(x).Reshape(new Shape(x.Shape[0], x.Shape[1], heads, _width)).Transpose(1, 2);

        private Tensor Join(Tensor y) => Out.Forward(y.Transpose(1, 2).Reshape(new Shape(y.Shape[0], y.Shape[2], dim)));
    }

    /// <summary>
    /// The sum over all positions read of rate^(t - u) k[u] (x) v[u], [B, H, d, d]: its size does not depend on the text's.
    /// </summary>
    private sealed class RetentionState(Shape shape) : LayerState
    {
        public Tensor Memory { get; } = Tensor.Zeros(shape).Keep();

        public override long Bytes => Memory.Count * sizeof(float);

        public override void Reset() => Memory.Assign(Tensor.Zeros(Memory.Shape, Memory.Device));
    }
}

using System.Text.Json;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Formulas;
using Xunit;

namespace ManagedTransformer.Tests.Architectures;

/// <summary>The linear attention layer: its forms against each other for every map and gate, its state, its configuration.</summary>
public sealed class LinearAttentionTests
{
    private const int Dim = 24, Heads = 3, Batch = 2, Length = 13;

    public static TheoryData<FeatureMapKind, LinearGateKind> MapsAndGates => new MatrixTheoryData<FeatureMapKind, LinearGateKind>(
        Enum.GetValues<FeatureMapKind>(), Enum.GetValues<LinearGateKind>())
        .Aggregate(new TheoryData<FeatureMapKind, LinearGateKind>(), (all, row) =>
    {
        all.Add(row.Data.Item1, row.Data.Item2);
        return all;
    });

    public static MatrixTheoryData<FeatureMapKind, LinearDenominator, float> PositiveMaps =>
        new([FeatureMapKind.FavorExp, FeatureMapKind.FavorHyp], Enum.GetValues<LinearDenominator>(), [0.3f, 2]);

    public static TheoryData<FeatureMapKind> Maps => [.. Enum.GetValues<FeatureMapKind>()];

    [Theory]
    [MemberData(nameof(MapsAndGates))]
    public void StepsGiveWhatTheWholeSequenceGives(FeatureMapKind map, LinearGateKind gate)
    {
        LinearSelfAttention attention = Layer(Config(map) with { Gate = gate });
        Tensor x = Input(1, Batch, Length, Dim);
        Tensor whole = attention.Attend(x, new AttentionMask(Causal: true), null, ForwardContext.Inference);
        foreach (int[] blocks in new int[][] { [.. Enumerable.Repeat(1, Length)], [Length - 2, 1, 1], [1, 5, 3, 4] })
        {
            LayerState state = attention.CreateState(Batch);
            int first = 0;
            foreach (int count in blocks)
            {
                Near(whole.Slice(1, first, count), attention.Step(x.Slice(1, first, count), state), 2e-5f);
                first += count;
            }
        }
    }

    [Theory]
    [MemberData(nameof(Maps))]
    public void TheStateHasOneSizeForTextsOfAnyLength(FeatureMapKind map)
    {
        LinearSelfAttention attention = Layer(Config(map));
        LayerState state = attention.CreateState(Batch);
        int features = Config(map).Features(Dim / Heads), maximum = map is FeatureMapKind.FavorExp or FeatureMapKind.FavorHyp ? 1 : 0;
        long bytes = sizeof(float) * Batch * Heads * ((features * ((Dim / Heads) + 1)) + maximum);
        Assert.Equal(bytes, state.Bytes);
        Tensor first = attention.Step(Input(1, Batch, 1, Dim), state);
        attention.Step(Input(2, Batch, 50, Dim), state);
        Assert.Equal(bytes, state.Bytes);
        state.Reset();
        Near(first, attention.Step(Input(1, Batch, 1, Dim), state), 0);
    }

    [Theory]
    [MemberData(nameof(Maps))]
    public void PermutedSequencesGivePermutedResults(FeatureMapKind map)
    {
        LinearSelfAttention attention = Layer(Config(map) with { Gate = LinearGateKind.Decay });
        Tensor x = Input(1, Batch, Length, Dim);
        Tensor turned = TensorOperators.Concat(0, x.Slice(0, 1, 1), x.Slice(0, 0, 1));
        AttentionMask mask = new(Causal: true);
        Tensor y = attention.Attend(x, mask, null, ForwardContext.Inference),
            other = attention.Attend(turned, mask, null, ForwardContext.Inference);
        Near(TensorOperators.Concat(0, y.Slice(0, 1, 1), y.Slice(0, 0, 1)), other, 2e-6f);
    }

    [Theory]
    [MemberData(nameof(Maps))]
    public void PaddingIsAsGoodAsAShorterSequence(FeatureMapKind map)
    {
        LinearSelfAttention attention = Layer(Config(map) with { Gate = LinearGateKind.Decay });
        Tensor x = Input(1, 1, Length, Dim);
        float[] padding = new float[Length];
        padding.AsSpan(0, 4).Fill(1);
        Tensor mask = Tensor.From(padding, new Shape(1, Length));
        Tensor padded = attention.Attend(x, new AttentionMask(Causal: true, KeyPadding: mask), null, ForwardContext.Inference).Slice(
            1, 4, Length - 4);
        Near(attention.Attend(x.Slice(1, 4, Length - 4), new AttentionMask(Causal: true), null, ForwardContext.Inference),
            padded, 2e-5f);
    }

    [Theory]
    [MemberData(nameof(Maps))]
    public void AttentionToItselfWithoutDirectionIsCrossAttention(FeatureMapKind map)
    {
        LinearAttentionLayerOptions options = new() { Dim = Dim, Heads = Heads, Linear = Config(map) };
        LinearSelfAttention self = new(options, new RandomSource(3));
        LinearCrossAttention cross = new(options, Dim, new RandomSource(3));
        Tensor x = Input(1, Batch, Length, Dim);
        Near(self.Attend(x, new AttentionMask(), null, ForwardContext.Inference), cross.Forward(x, x), 2e-5f);
    }

    [Theory]
    [InlineData(FeatureMapKind.FavorExp)]
    [InlineData(FeatureMapKind.FavorHyp)]
    public void FactorsOfPositiveFeaturesCancel(FeatureMapKind map)
    {
        FeatureMap feature = FeatureMap.Create(Config(map), Heads, 8, new RandomSource(2));
        Tensor q = Input(1, Batch, Length, Heads, 8), k = Input(2, Batch, Length, Heads, 8), v = Input(3, Batch, Length, Heads, 8);
        Tensor plain = feature.Map(q).CausalLinearAttention(feature.Map(k), v).Output,
            stabilised = feature.ScaleQueries(q).Features.CausalLinearAttention(feature.ScaleKeys(k).Features, v).Output;
        Near(plain, stabilised, 1e-5f);
        Assert.All(feature.ScaleQueries(q * 1000).Features.CausalLinearAttention(feature.ScaleKeys(k * 1000).Features, v,
            new() { Epsilon = 1e-30f }).Output.ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [Theory]
    [MemberData(nameof(PositiveMaps))]
    public void TheEpsilonOfPositiveFeaturesIsThatOfPhi(FeatureMapKind map, LinearDenominator denominator, float size)
    {
        // Epsilons about as large as what they are added to, at which a factor that does not cancel shows.
        LinearAttentionConfig config = Config(map) with { Denominator = denominator, Eps = size < 1 ? 3 : 0.02f };
        LinearSelfAttention attention = Layer(config);
        LinearCrossAttention cross = new(new() { Dim = Dim, Heads = Heads, Linear = config }, Dim, new RandomSource(3));
        Tensor memory = Input(2, Batch, Length + 4, Dim) * size;
        foreach (bool causal in new[] { true, false })
        {
            (Tensor expected, Tensor gradient) = WithGradient(size, x => Plainly(attention, config, x, x, causal));
            (Tensor actual, Tensor own) =
                WithGradient(size, x => attention.Attend(x, new AttentionMask(Causal: causal), null, ForwardContext.Inference));
            Near(expected, actual, 3e-6f);
            Near(gradient, own, 2e-5f);
        }

        (Tensor read, Tensor readGradient) = WithGradient(size, x => Plainly(cross, config, x, memory));
        (Tensor plain, Tensor plainGradient) = WithGradient(size, x => cross.Forward(x, memory));
        Near(read, plain, 3e-6f);
        Near(readGradient, plainGradient, 2e-5f);

        Tensor rows = Input(1, Batch, 1, Dim) * size;
        CrossAttention decoding = cross;
        Near(Plainly(cross, config, rows, memory),
            decoding.Read(rows, decoding.Summarize(memory, null), null, new RowGrid([.. Enumerable.Range(0, Batch)], Batch)), 3e-6f);
        LayerState state = attention.CreateState(Batch);
        Tensor whole = Plainly(attention, config, Input(1, Batch, Length, Dim) * size, Input(1, Batch, Length, Dim) * size, causal: true);
        for (int t = 0; t < Length; t++)
        {
            Near(whole.Slice(1, t, 1), attention.Step(Input(1, Batch, Length, Dim).Slice(1, t, 1) * size, state), 3e-6f);
        }
    }

    [Fact]
    public void TheRunningMaximumMayGrowAtAnyStep()
    {
        LinearSelfAttention attention = Layer(Config(FeatureMapKind.FavorExp) with { Eps = 0 });
        Tensor growth = Tensor.From([.. Enumerable.Range(0, Length).Select(t => 0.1f * (1 + (t * t % 7)))], new Shape(1, Length, 1));
        Tensor x = Input(1, Batch, Length, Dim) * growth;
        Tensor whole = attention.Attend(x, new AttentionMask(Causal: true), null, ForwardContext.Inference);
        LayerState state = attention.CreateState(Batch);
        for (int t = 0; t < Length; t++)
        {
            Near(whole.Slice(1, t, 1), attention.Step(x.Slice(1, t, 1), state), 5e-5f);
        }
    }

    [Fact]
    public void NewWeightsTakeEffectWithTheNextState()
    {
        LinearSelfAttention attention = Layer(Config(FeatureMapKind.Learned));
        Tensor x = Input(1, Batch, 1, Dim);
        LayerState state = attention.CreateState(Batch);
        attention.Step(x, state);
        attention.Query.Weight.Assign(attention.Query.Weight.Detach() * 3);
        state.Reset();
        Near(attention.Attend(x, new AttentionMask(Causal: true), null, ForwardContext.Inference), attention.Step(x, state), 2e-5f);
    }

    [Fact]
    public void ManyFeaturesEstimateTheSoftmax()
    {
        // The kernel that random features estimate, on one head: e^(q . k / sqrt d).
        Tensor q = Input(1, 1, Length, 1, 8) * 0.5f, k = Input(2, 1, Length, 1, 8) * 0.5f, v = Input(3, 1, Length, 1, 8);
        Tensor expected = q.Attention(k, v, new AttentionOptions { Causal = true });
        double[] errors = [.. new[] { 16, 4096 }.Select(features =>
        {
            FeatureMap map = FeatureMap.Create(Config(FeatureMapKind.FavorHyp) with { FeatureSize = features }, 1, 8, new RandomSource(2));
            (Tensor queries, Tensor keys) = (map.ScaleQueries(q).Features, map.ScaleKeys(k).Features);
            Tensor difference = queries.CausalLinearAttention(keys, v, new() { Epsilon = 1e-30f }).Output - expected;
            return Math.Sqrt((difference * difference).Mean().Item());
        })];
        Assert.True(errors[1] < 0.05 && errors[1] < errors[0] / 4, $"errors {errors[0]} and {errors[1]}");
    }

    [Fact]
    public void OrthogonalRowsAreOrthogonalInBlocks()
    {
        const int rows = 11, width = 5;
        float[] projection = OrthogonalFeatures.Draw(2, rows, width, new RandomSource(4)).ToArray();
        for (int i = 0; i < 2 * rows; i++)
        {
            for (int j = 0; j < 2 * rows; j++)
            {
                bool sameBlock = i / rows == j / rows && i % rows / width == j % rows / width;
                double dot = Enumerable.Range(0, width).Sum(c => (double)projection[(i * width) + c] * projection[(j * width) + c]);
                Assert.True(i == j ? dot > 0.05 : !sameBlock || Math.Abs(dot) < 1e-5, $"rows {i} and {j}: {dot}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(MapsAndGates))]
    public void TheConfigurationCountsTheParameters(FeatureMapKind map, LinearGateKind gate)
    {
        LinearAttentionConfig config = Config(map) with
        {
            Gate = gate,
            Reparam = map is FeatureMapKind.Learned or FeatureMapKind.RfaSincos,
        };
        config.Validate("recipe: model.linear");
        Assert.Equal((4 * Dim * Dim) + (4 * Dim) + MechanismFormulas.Linear(config, Dim, Heads), Layer(config).ParameterCount);
    }

    [Fact]
    public void NamesAreThoseOfCheckpoints()
    {
        LinearSelfAttention learned = Layer(Config(FeatureMapKind.Learned) with { Reparam = true, Gate = LinearGateKind.Input });
        Assert.Equal(
            ["query.weight", "query.bias", "key.weight", "key.bias", "value.weight", "value.bias", "out.weight", "out.bias",
                "feature.weight", "feature.bias", "feature.sigma", "gate.weight", "gate.bias"],
            learned.Parameters().Select(named => named.Name));
        Assert.Equal(["feature.projection"], Layer(Config(FeatureMapKind.RfaSincos)).Buffers().Select(named => named.Name));
    }

    [Fact]
    public void ConfigurationsAreSnakeCaseJson()
    {
        LinearAttentionConfig config = JsonSerializer.Deserialize(
            """{"map": "rfa_sincos", "feature_size": 64, "denominator": "abs_clamp", "eps": 0.5, "gate": "decay", "query_scale": true}""",
            RecipeJson.Default.LinearAttentionConfig)!;
        Assert.Equal(
            new LinearAttentionConfig
            {
                Map = FeatureMapKind.RfaSincos,
                FeatureSize = 64,
                Denominator = LinearDenominator.AbsClamp,
                Eps = 0.5f,
                Gate = LinearGateKind.Decay,
                QueryScale = true,
            }, config);
        Assert.Equal(config, JsonSerializer.Deserialize(JsonSerializer.Serialize(config, RecipeJson.Default.LinearAttentionConfig),
            RecipeJson.Default.LinearAttentionConfig));
        Assert.Contains("\"map\": \"elu1\"",
            JsonSerializer.Serialize(new LinearAttentionConfig(), RecipeJson.Default.LinearAttentionConfig), StringComparison.Ordinal);
    }

    [Fact]
    public void ErrorsSayWhatIsWrong()
    {
        LinearAttentionConfig plain = new();
        Refuses(plain with { FeatureSize = 0 }, "r: linear.feature_size is 0");
        Refuses(plain with { FeatureSize = int.MaxValue }, "feature_size is 2147483647, it must be at most");
        Refuses(plain with { Tau = 0 }, "tau is 0");
        Refuses(plain with { Tau = float.Epsilon }, "reciprocal");
        Refuses(plain with { Eps = -1 }, "eps is -1");
        Refuses(plain with { Reparam = true }, "reparam");
        Refuses(plain with { Activation = FeatureActivation.Tanh }, "activation");
        Refuses(plain with { Scale = 2 }, "scale");
        Refuses(plain with { Map = FeatureMapKind.RfaSincos, Scale = float.PositiveInfinity }, "scale is");
        Refuses(plain with { Normalize = true }, "normalize");
        Assert.Throws<ArgumentException>(() => new LinearSelfAttention(new() { Dim = 10, Heads = 3, Linear = plain }, new RandomSource(1)));
        Assert.Throws<ArgumentException>(() => new LinearCrossAttention(
            new() { Dim = 8, Heads = 2, Linear = plain with { Gate = LinearGateKind.Input } }, 8, new RandomSource(1)));
        LinearSelfAttention gated = Layer(plain with { Gate = LinearGateKind.Decay });
        Tensor x = Input(1, Batch, Length, Dim);
        Assert.Throws<ArgumentException>(() => gated.Attend(x, new AttentionMask(), null, ForwardContext.Inference));
        Assert.Throws<ArgumentException>(() => gated.Attend(x, new AttentionMask(Causal: true, Window: 3), null, ForwardContext.Inference));

        static void Refuses(LinearAttentionConfig config, string part) =>
            Assert.Contains(part, Assert.Throws<InputException>(() => config.Validate("r: linear")).Message, StringComparison.Ordinal);
    }

    // The layer by the definitions of its map, which takes nothing out.
    private static Tensor Plainly(LinearSelfAttention attention, LinearAttentionConfig config, Tensor x, Tensor memory, bool causal)
    {
        Tensor query = Mapped(attention.Feature, attention.Query, x), key = Mapped(attention.Feature, attention.Key, memory),
            value = Split(attention.Value.Forward(memory));
        LinearAttentionOptions options = config.Division;
        return Joined(attention.Out,
            causal ? query.CausalLinearAttention(key, value, options).Output : query.NoncausalLinearAttention(key, value, options));
    }

    private static Tensor Plainly(LinearCrossAttention attention, LinearAttentionConfig config, Tensor x, Tensor memory) => Joined(
        attention.Out,
        Mapped(attention.Feature, attention.Query, x).NoncausalLinearAttention(Mapped(attention.Feature, attention.Key, memory),
            Split(attention.Value.Forward(memory)), config.Division));

    private static Tensor Mapped(FeatureMap feature, Linear map, Tensor x) => feature.Map(Split(map.Forward(x)));

    private static Tensor Split(Tensor x) => x.Reshape(new Shape(x.Shape[0], x.Shape[1], Heads, Dim / Heads));

    private static Tensor Joined(Linear map, Tensor y) => map.Forward(y.Reshape(new Shape(y.Shape[0], y.Shape[1], Dim)));

    private static (Tensor Value, Tensor Gradient) WithGradient(float size, Func<Tensor, Tensor> function)
    {
        Tensor x = Input(1, Batch, Length, Dim) * size;
        x.RequiresGradient = true;
        Tensor y = function(x);
        y.Multiply(Input(9, Batch, Length, Dim)).Sum().Backward();
        return (y.Detach(), x.Gradient!);
    }

    private static LinearAttentionConfig Config(FeatureMapKind map) => new() { Map = map, FeatureSize = 7 };

    private static LinearSelfAttention Layer(LinearAttentionConfig config) =>
        new(new() { Dim = Dim, Heads = Heads, Linear = config }, new RandomSource(3));

    private static Tensor Input(ulong index, params int[] shape) => Tensor.Normal(new Shape(shape), 0, 1, new RandomKey(5, index));

    private static void Near(Tensor expected, Tensor actual, float tolerance)
    {
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.All(expected.ToArray().Zip(actual.ToArray()), pair => Assert.True(
            Math.Abs(pair.First - pair.Second) <= tolerance * (1 + Math.Abs(pair.First)), $"expected {pair.First}, is {pair.Second}"));
    }
}

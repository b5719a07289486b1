using ManagedTransformer.Architectures.AdaptiveSpan;
using ManagedTransformer.Architectures.ProductKeyMemory;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Formulas;
using Xunit;

namespace ManagedTransformer.Tests.Architectures;

/// <summary>
/// Language models whose attention looks back over spans, with persistent vectors, memories and adaptive vocabularies in all combinations.
/// </summary>
public sealed class SpanLanguageModelTests
{
    private const int Vocabulary = 13, Length = 60;

    // Enough heads to have one at its minimum, one at its limit and one in between.
    private static readonly LanguageModelConfig _spans = new()
    {
        Vocab = Vocabulary,
        Dim = 12,
        Layers = 2,
        Heads = 3,
        Ffn = 10,
        Attention = AttentionKind.AdaptiveSpan,
        Span = new() { Limit = 90, Ramp = 5, Penalty = 0.01f },
        Positions = PositionKind.Relative,
        Bias = false,
        FfnBias = true,
        PreNorm = false,
        Tie = false,
        OutputBias = true,
        Init = InitializationScheme.FanIn,
    };

    private static readonly ProductKeyMemoryConfig _memory = new() { Heads = 2, NKeys = 4, KeyDim = 6, TopK = 3 };

    public static TheoryData<string> Names => [.. Models().Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void StepsAndBlocksOfAStreamGiveWhatTheWholeSequenceGives(string name)
    {
        CausalLanguageModel model = Create(name);
        Tensor tokens = Tokens(2, Length, 0);
        float[] expected = model.Forward(tokens, ForwardContext.Inference).ToArray();
        LanguageModelState state = model.CreateState(2);
        StreamHistory past = model.Stack.CreateHistory()!;
        int place = 0;
        foreach (int block in new[] { 1, 1, 7, 20, 1, 30 })
        {
            using StepScope scope = new();
            Tensor piece = tokens.Slice(1, place, block);
            float[] stepped = model.Step(piece, state).ToArray(), read = model.Forward(piece, ForwardContext.Inference, past).ToArray();
            for (int row = 0; row < 2; row++)
            {
                Near(expected.AsSpan(((row * Length) + place) * Vocabulary, block * Vocabulary),
                    read.AsSpan(row * block * Vocabulary, block * Vocabulary), $"{name}, block at {place}");
                Near(expected.AsSpan(((row * Length) + place + block - 1) * Vocabulary, Vocabulary),
                    stepped.AsSpan(row * Vocabulary, Vocabulary), $"{name}, step to {place + block}");
            }

            place += block;
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void ALaterTokenChangesNothingBefore(string name)
    {
        const int changed = 17;
        CausalLanguageModel model = Create(name);
        int[] ids = Tokens(1, Length, 0).ToInt32Array();
        float[] before = model.Forward(Tensor.From(ids, new Shape(1, Length)), ForwardContext.Inference).ToArray();
        ids[changed] = (ids[changed] + 1) % Vocabulary;
        float[] after = model.Forward(Tensor.From(ids, new Shape(1, Length)), ForwardContext.Inference).ToArray();
        Assert.Equal(before[..(changed * Vocabulary)], after[..(changed * Vocabulary)]);
        Assert.NotEqual(before[(changed * Vocabulary)..((changed + 1) * Vocabulary)],
            after[(changed * Vocabulary)..((changed + 1) * Vocabulary)]);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheMemoryOfGenerationDoesNotGrow(string name)
    {
        CausalLanguageModel model = Create(name);
        LanguageModelState state = model.CreateState();
        long bytes = state.Bytes;
        model.Step(Tokens(1, 700, 0), state);
        for (int i = 0; i < 300; i++)
        {
            using StepScope scope = new();
            model.Step(Tokens(1, 1, i), state);
        }

        Assert.Equal(1000, state.Length);
        Assert.Equal(int.MaxValue, state.Room);
        Assert.Equal(bytes, state.Bytes);
        SpanSelfAttention attention = Assert.IsType<SpanSelfAttention>(model.Layers[0].Attention);
        Assert.Equal(2L * 12 * ((attention.Sizes?.Kept ?? 90) + 128) * sizeof(float), state.Layers[0].Bytes);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void TheFormulaCountsTheParameters(string name)
    {
        CausalLanguageModel model = Create(name);
        Assert.Equal(model.ParameterCount, LanguageModelFormula.Parameters(model.Config));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void AModelHasTheRightGradients(string name)
    {
        // A memory's choice of slots jumps where a key moves: its gradients are checked by themselves.
        if (name.Contains("memor", StringComparison.Ordinal))
        {
            return;
        }

        CausalLanguageModel model = Create(name);
        Tensor tokens = Tokens(1, 9, 0), targets = Tokens(1, 9, 1);
        Parameter[] parameters = [.. model.Parameters().Where(named => !named.Name.EndsWith("span.ratio", StringComparison.Ordinal))
            .Select(named => named.Parameter)];
        double error = GradientCheck.Run(_ => model.TrainingLoss(tokens, targets, ForwardContext.Inference).Total, parameters, step: 0.01f);
        Assert.True(error < 4e-3, $"{name}: the gradients differ by {error:G3}");
    }

    [Fact]
    public void SpansAtTheLimitAreFixedSpans()
    {
        CausalLanguageModel adaptive = Create("adaptive"), plain = Create("fixed");
        foreach (TransformerLayer layer in adaptive.Layers)
        {
            ((SpanSelfAttention)layer.Attention).SpanRatio!.Assign(Tensor.Ones(new Shape(3)));
        }

        foreach (NamedParameter named in plain.Parameters())
        {
            named.Parameter.Assign(adaptive.Parameters().Single(other => other.Name == named.Name).Parameter);
        }

        Tensor tokens = Tokens(2, Length, 0);
        Near(plain.Forward(tokens, ForwardContext.Inference).ToArray(),
            adaptive.Forward(tokens, ForwardContext.Inference).ToArray(), "logits");
    }

    [Fact]
    public void OlderStatesThanTheSpanChangeNothing()
    {
        CausalLanguageModel model = Create("adaptive");
        SpanSelfAttention attention = (SpanSelfAttention)model.Layers[0].Attention;
        attention.SpanRatio!.Assign(Tensor.From([0f, 0.05f, 0.1f], new Shape(3)));
        RandomSource random = new(3);
        Tensor x = Tensor.Normal(new Shape(2, 4, 12), 0, 1, random.NextKey()),
            past = Tensor.Normal(new Shape(2, 90, 12), 0, 1, random.NextKey());
        int kept = attention.Sizes!.Value.Kept;
        Assert.InRange(kept, 1, 89);
        float[] all = attention.Attend(x, default, History(past), ForwardContext.Inference).ToArray();
        float[] newest = attention.Attend(x, default, History(past.Slice(1, 90 - kept, kept)), ForwardContext.Inference).ToArray();
        Assert.Equal(all, newest);

        static LayerHistory History(Tensor states)
        {
            LayerHistory history = new();
            // A history releases what it no longer needs.
            history.Set(states.Detach() * 1);
            return history;
        }
    }

    [Fact]
    public void CachesFollowTheSpans()
    {
        CausalLanguageModel model = Create("adaptive with a limit of 1000");
        StreamHistory past = model.Stack.CreateHistory()!;
        SpanSelfAttention attention = (SpanSelfAttention)model.Layers[0].Attention;
        attention.SpanRatio!.Assign(Tensor.Zeros(new Shape(3)));
        Read();
        Assert.Equal(new Shape(1, attention.Sizes!.Value.Cache, 12), past[0].States!.Shape);

        // A span that grows: the cache is shorter than wished for, and grows block by block.
        int before = past[0].States!.Shape[1];
        attention.SpanRatio.Assign(Tensor.Ones(new Shape(3)));
        Read();
        Assert.Equal(before + 20, past[0].States!.Shape[1]);
        attention.SpanRatio.Assign(Tensor.Zeros(new Shape(3)));
        Read();
        Assert.Equal(before, past[0].States!.Shape[1]);
        long bytes = past.Bytes;
        Assert.Equal((past[0].States!.Count + past[1].States!.Count) * sizeof(float), bytes);
        past.Reset();
        Assert.Equal(0, past.Bytes);

        void Read() => model.Hidden(Tokens(1, 20, 0), ForwardContext.Inference, past);
    }

    [Fact]
    public void SpansAreBroughtBackIntoTheirRange()
    {
        CausalLanguageModel model = Create("adaptive");
        Parameter ratio = ((SpanSelfAttention)model.Layers[1].Attention).SpanRatio!;
        ratio.Assign(Tensor.From([-0.1f, 0.4f, 1.5f], new Shape(3)));
        model.Stack.ApplyConstraints();
        Assert.Equal([0, 0.4f, 1], ratio.ToArray());
    }

    [Theory]
    [InlineData("limit")]
    [InlineData("limit is 2147483647")]
    [InlineData("ramp")]
    [InlineData("penalty")]
    [InlineData("persistent is 0")]
    [InlineData("persistent is 2147483647")]
    [InlineData("normal_tails")]
    [InlineData("relative")]
    [InlineData("bias")]
    [InlineData("padding")]
    [InlineData("memory_positions has '2'")]
    [InlineData("memory_positions and")]
    [InlineData("cutoffs")]
    public void ABadConfigurationIsRefusedInOneSentence(string part)
    {
        LanguageModelConfig config = part switch
        {
            "limit" => _spans with { Span = new() { Limit = 0 } },
            "limit is 2147483647" => _spans with { Span = new() { Limit = int.MaxValue } },
            "penalty" => _spans with { Span = new() { Penalty = float.PositiveInfinity } },
            "ramp" => _spans with { Span = new() { Ramp = 0 } },
            "persistent is 0" => _spans with { Ffn = 0 },
            "persistent is 2147483647" => _spans with { Persistent = int.MaxValue },
            "normal_tails" => _spans with { OutputBias = false, Adaptive = new() { Cutoffs = [5], Div = 2, NormalTails = true } },
            "relative" => _spans with { Positions = PositionKind.Learned },
            "bias" => _spans with { Bias = true },
            "padding" => _spans with { PaddingIdx = 0 },
            "memory_positions has '2'" => _spans with { MemoryPositions = ["2"], Memory = _memory },
            "memory_positions and" => _spans with { MemoryPositions = ["1"] },
            _ => _spans with { OutputBias = false, Adaptive = new() { Cutoffs = [5, 5], Div = 2 } },
        };
        string message = Assert.Throws<InputException>(() => config.Validate("recipe.json")).Message;
        Assert.Contains(part, message, StringComparison.Ordinal);
        Assert.StartsWith("recipe.json: ", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    private static Dictionary<string, LanguageModelConfig> Models() => new()
    {
        ["fixed"] = _spans with { Attention = AttentionKind.FixedSpan },
        ["adaptive"] = _spans,
        ["adaptive with a limit of 1000"] = _spans with { Span = new() { Limit = 1000, Ramp = 5, Penalty = 0.01f } },
        ["dynamic"] = _spans with { Attention = AttentionKind.DynamicSpan },
        ["pre-norm"] = _spans with { PreNorm = true },
        ["all-attention"] = _spans with { Ffn = 0, Persistent = 4 },
        ["all-attention, pre-norm, fixed"] = _spans with { Ffn = 0, Persistent = 4, PreNorm = true, Attention = AttentionKind.FixedSpan },
        ["words"] = _spans with { Ffn = 0, Persistent = 4, OutputBias = false, Tie = true, Adaptive = new() { Cutoffs = [4, 9], Div = 2 } },
        ["memory in a layer"] = _spans with { MemoryPositions = ["1"], Memory = _memory },
        ["memory behind a layer, pre-norm"] = _spans with
        {
            PreNorm = true,
            MemoryPositions = ["0+"],
            Memory = _memory with { BatchNorm = false },
        },
        ["persistent vectors and memories"] =
            _spans with { Ffn = 0, Persistent = 3, MemoryPositions = ["0", "1+"], Memory = _memory with { ShareValues = true } },
    };

    private static CausalLanguageModel Create(string name)
    {
        CausalLanguageModel model = new(Models()[name], new RandomSource(5));
        float[][] ratios = [[0, 0.13f, 0.31f], [0.2f, 0.003f, 0.5f]];
        foreach ((TransformerLayer layer, float[] ratio) in model.Layers.Zip(ratios))
        {
            ((SpanSelfAttention)layer.Attention).SpanRatio?.Assign(Tensor.From(ratio, new Shape(3)));
        }

        return model;
    }

    private static Tensor Tokens(int rows, int length, int first) =>
        Tensor.From([.. Enumerable.Range(first, rows * length).Select(i => i * i * 7 % Vocabulary)], new Shape(rows, length));

    private static void Near(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string what)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 2e-5 * (1 + Math.Abs(expected[i])),
                $"{what}, value {i}: {actual[i]} instead of {expected[i]}");
        }
    }
}

using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Hashing;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Formulas;
using Xunit;

namespace ManagedTransformer.Tests.Architectures;

/// <summary>The encoder-decoder model: sizes, cached decoding with rows that are reordered and dropped, padding.</summary>
public sealed class EncoderDecoderTests
{
    private const int Vocabulary = 17, Steps = 70;

    private static readonly EncoderDecoderConfig _small = new()
    {
        SrcVocab = Vocabulary,
        Vocab = Vocabulary,
        Dim = 8,
        Heads = 2,
        Ffn = 12,
        EncoderLayers = 2,
        DecoderLayers = 2,
        MaxPositions = 96,
    };

    public static TheoryData<bool, EmbeddingTie, int, PositionKind> Kinds => new()
    {
        { false, EmbeddingTie.Decoder, 0, PositionKind.Half },
        { true, EmbeddingTie.Decoder, 0, PositionKind.Interleaved },
        { false, EmbeddingTie.All, 0, PositionKind.Learned },
        { true, EmbeddingTie.All, 0, PositionKind.Half },
        { false, EmbeddingTie.None, 6, PositionKind.Half },
        { true, EmbeddingTie.None, 12, PositionKind.Learned },
    };

    public static Arbitrary<EncoderDecoderConfig> Configurations()
    {
        Gen<EncoderDecoderConfig> configurations =
            from heads in Gen.Choose(1, 3)
            from width in Gen.Choose(1, 4)
            from decoder in Gen.Choose(0, 4)
            from layers in Gen.Choose(1, 3)
            from ffn in Gen.Choose(1, 9)
            from flags in Gen.Choose(0, 15)
            from tie in Gen.Elements(Enum.GetValues<EmbeddingTie>())
            select _small with
            {
                SrcVocab = tie == EmbeddingTie.All ? Vocabulary : Vocabulary + 2,
                Dim = heads * width,
                DecoderDim = tie == EmbeddingTie.All ? 0 : heads * decoder,
                Heads = heads,
                Ffn = ffn,
                DecoderFfn = ffn / 2,
                EncoderLayers = layers,
                Positions = (flags & 1) != 0 ? PositionKind.Learned : PositionKind.Half,
                PreNorm = (flags & 2) != 0,
                FinalNorm = (flags & 10) == 10 ? false : null,
                Bias = (flags & 4) != 0,
                Tie = tie,
            };
        return configurations.ToArbitrary();
    }

    [Property(Arbitrary = [typeof(EncoderDecoderTests)], MaxTest = 60)]
    public bool TheFormulaCountsTheParameters(EncoderDecoderConfig config) =>
        new EncoderDecoderModel(config, new RandomSource(1)).ParameterCount == EncoderDecoderFormula.Parameters(config);

    [Theory]
    [MemberData(nameof(Kinds))]
    public void StepsGiveWhatTheWholeSequenceGives(bool preNorm, EmbeddingTie tie, int decoderDim, PositionKind positions)
    {
        EncoderDecoderModel model = Build(preNorm, tie, decoderDim, positions);
        Tensor source = Sources();
        int[] previous = Tokens(3 * Steps, 2);
        float[] expected = model.Forward(source, Tensor.From(previous, new Shape(3, Steps)), ForwardContext.Inference).ToArray();
        DecodingState state = model.CreateState(model.Encode(source, ForwardContext.Inference));
        for (int step = 0; step < Steps; step++)
        {
            using StepScope scope = new();
            float[] actual = model.Step(Column(previous, step, [0, 1, 2]), state).ToArray();
            for (int row = 0; row < 3; row++)
            {
                Near(expected.AsSpan(((row * Steps) + step) * Vocabulary, Vocabulary), actual.AsSpan(row * Vocabulary, Vocabulary),
                    $"step {step}, row {row}");
            }
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void ReorderedRowsGiveWhatTheirTokensGive(bool preNorm, EmbeddingTie tie, int decoderDim, PositionKind positions)
    {
        const int beam = 3, length = 12;
        EncoderDecoderModel model = Build(preNorm, tie, decoderDim, positions);
        Tensor source = Sources();
        EncoderOutput memory = model.Encode(source, ForwardContext.Inference);
        DecodingState state = model.CreateState(memory, beam);
        List<(int Sentence, List<int> Tokens)> rows = [.. Enumerable.Range(0, 3 * beam).Select(row => (row / beam, new List<int>()))];
        for (int step = 0; step < length; step++)
        {
            using StepScope scope = new();
            int[] next = Tokens(rows.Count, (ulong)step);
            for (int row = 0; row < rows.Count; row++)
            {
                rows[row].Tokens.Add(next[row]);
            }

            float[] actual = model.Step(Tensor.From(next, new Shape(rows.Count, 1)), state).ToArray();
            for (int row = 0; row < rows.Count; row++)
            {
                Near(LastLogits(model, memory, rows[row].Sentence, rows[row].Tokens), actual.AsSpan(row * Vocabulary, Vocabulary),
                    $"step {step}, row {row}");
            }

            // Rows move within their sentences; now and then some fall away, at last the sentence in the middle with all of its rows; some
            // sentences interleave.
            int[] parents = step switch
            {
                1 => [1, 0, 0, 3, 5, 4, 8, 8, 7],
                2 => [0, 1, 2, 3, 4, 5, 6, 7, 8],
                4 => [0, 2, 5, 3, 7, 6],
                6 => [0, 0, 4, 2],
                8 => [3, 1, 0, 2],
                9 => [1, 2, 3],
                10 => [2],
                _ => [.. Enumerable.Range(0, rows.Count)],
            };
            state.Reorder(parents);
            rows = [.. parents.Select(parent => (rows[parent].Sentence, new List<int>(rows[parent].Tokens)))];
            Assert.Equal(rows.Count, state.Rows);
        }
    }

    [Fact]
    public void PaddingOfTheSourceChangesNothing()
    {
        EncoderDecoderModel model = Build(preNorm: false, EmbeddingTie.Decoder, 0, PositionKind.Half);
        Tensor bare = Tensor.From([7, 8, 9, 2], new Shape(1, 4)), padded = Tensor.From([1, 1, 1, 7, 8, 9, 2], new Shape(1, 7)),
            previous = Tensor.From([2, 5, 6], new Shape(1, 3));
        Near(model.Forward(bare, previous, ForwardContext.Inference).ToArray(),
            model.Forward(padded, previous, ForwardContext.Inference).ToArray(), "logits");
    }

    [Fact]
    public void WrongRowsAreRefused()
    {
        EncoderDecoderModel model = Build(preNorm: false, EmbeddingTie.Decoder, 0, PositionKind.Half);
        DecodingState state = model.CreateState(model.Encode(Sources(), ForwardContext.Inference));
        Assert.Throws<ArgumentException>(() => model.Step(Tensor.From([2, 2], new Shape(2, 1)), state));
        Assert.Throws<ArgumentException>(() => state.Reorder([0, 3]));
        Assert.Throws<ArgumentException>(() => state.Reorder([]));
        Assert.Throws<ArgumentException>(() => state.Reorder([0, 0, 0, 0]));
    }

    [Fact]
    public void WrongConfigurationsAreRefused()
    {
        Refused(_small with { Heads = 3 }, "model.heads (3)");
        Refused(_small with { Tie = EmbeddingTie.All, SrcVocab = 20 }, "model.tie 'all'");
        Refused(_small with { Tie = EmbeddingTie.All, DecoderDim = 4 }, "model.tie 'all'");
        Refused(_small with { Positions = PositionKind.Relative }, "model.positions");
        Refused(_small with { Dropout = 1 }, "model.dropout is 1");
        Refused(_small with { PaddingIdx = 17 }, "model.padding_idx (17)");
        Refused(_small with { DecoderLayers = 0 }, "model.decoder_layers is 0");
        Refused(_small with { Ffn = int.MaxValue }, "model.ffn is 2147483647, it must be at most");
        EncoderDecoderConfig linear = _small with { Linear = new() }, cross = _small with { CrossLinear = new() };
        Refused(linear with { SoftmaxLayers = [0, 0] }, "model.softmax_layers [0, 0] must increase");
        Refused(cross with { CrossSoftmaxLayers = [1, 0] }, "model.cross_softmax_layers [1, 0] must increase");
        Refused(linear with { SoftmaxLayers = [.. Enumerable.Range(0, _small.DecoderLayers)] }, "every decoder layer");
        Refused(cross with { CrossSoftmaxLayers = [.. Enumerable.Range(0, _small.DecoderLayers)] }, "every decoder layer");

        static void Refused(EncoderDecoderConfig config, string part) =>
            Assert.Contains(part, Assert.Throws<InputException>(() => config.Validate("here")).Message, StringComparison.Ordinal);
    }

    internal static void Near(ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, string place)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            Assert.True(Math.Abs(expected[i] - actual[i]) <= 2e-5 * (1 + Math.Abs(expected[i])),
                $"{place}: element {i} is {actual[i]}, expected {expected[i]}");
        }
    }

    /// <summary>Three sentences of 5, 3 and 4 tokens, padded on the left.</summary>
    internal static Tensor Sources() => Tensor.From([5, 6, 7, 8, 2, 1, 1, 9, 10, 2, 1, 11, 12, 13, 2], new Shape(3, 5));

    internal static int[] Tokens(int count, ulong seed)
    {
        SplitMix64 random = new(seed);
        int[] tokens = new int[count];
        for (int i = 0; i < count; i++)
        {
            tokens[i] = Ordinary(ref random);
        }

        return tokens;
    }

    private static int Ordinary(ref SplitMix64 random) => 4 + (int)SplitMix64.Scale(random.Next(), Vocabulary - 4);

    private static Tensor Column(int[] tokens, int step, int[] rows) =>
        Tensor.From([.. rows.Select(row => tokens[(row * Steps) + step])], new Shape(rows.Length, 1));

    private static float[] LastLogits(EncoderDecoderModel model, EncoderOutput memory, int sentence, List<int> tokens)
    {
        EncoderOutput one = new(memory.States.Slice(0, sentence, 1), memory.Padding!.Slice(0, sentence, 1));
        float[] logits =
            model.Forward(one, Tensor.From([.. tokens], new Shape(1, tokens.Count)), ForwardContext.Inference).ToArray();
        return logits[^Vocabulary..];
    }

    private static EncoderDecoderModel Build(bool preNorm, EmbeddingTie tie, int decoderDim, PositionKind positions) =>
        new(_small with { PreNorm = preNorm, Tie = tie, DecoderDim = decoderDim, Positions = positions }, new RandomSource(3));
}

using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;
using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>Laws of span attention on random shapes, and its error messages.</summary>
[Properties(Arbitrary = [typeof(Sizes)], MaxTest = 25)]
public sealed class SpanAttentionTests
{
    public sealed record Sizes(int Batch, int Heads, int Queries, int Length, int Width, int Persistent, ulong Seed)
    {
        private static readonly Gen<Sizes> _all =
            from batch in Gen.Choose(1, 3)
            from heads in Gen.Choose(1, 3)
            from queries in Gen.Choose(1, 40)
            from length in Gen.Choose(1, 130)
            from width in Gen.Elements(1, 3, 8, 16, 21, 32)
            from persistent in Gen.Elements(0, 0, 1, 5, 33)
            from seed in Gen.Choose(1, 1000)
            select new Sizes(batch, heads, queries, length, width, persistent, (ulong)seed);

        public static Arbitrary<Sizes> Any() => _all.ToArbitrary();
    }

    // Numbers of the result, then of the gradients of all operands.
    private sealed record Results(float[] Output, float[][] Gradients);

    [Property]
    public bool AHeadThatLeavesOutSlotsGivesWhatMasksGive(Sizes sizes)
    {
        // A head without a short span of its own must compute every slot: each head alone against all of them beside one with the full
        // span.
        Operands operands = new(sizes);
        float[] spans = [.. Enumerable.Range(0, sizes.Heads).Select(head => (float)(7 * head))];
        Results shortSpans = operands.Run(Tensor.From(spans, new Shape(sizes.Heads)));

        Tensor perQuery = Tensor.From(spans, new Shape(sizes.Heads)).Expand(new Shape(sizes.Batch + 1, sizes.Queries, sizes.Heads))
            .Contiguous();
        float[] longest = perQuery.ToArray();
        longest.AsSpan(sizes.Batch * sizes.Queries * sizes.Heads).Fill(sizes.Length);
        Operands larger = operands.WithOneMoreSequence();
        Results masked = larger.Run(Tensor.From(longest, perQuery.Shape));
        return Near(shortSpans.Output, masked.Output[..shortSpans.Output.Length], 1e-5)
            && Enumerable.Range(0, 3).All(i => Near(shortSpans.Gradients[i], masked.Gradients[i][..shortSpans.Gradients[i].Length], 1e-5));
    }

    [Property]
    public bool SpansOfAllSlotsGiveTheFixedSpan(Sizes sizes)
    {
        Operands operands = new(sizes);
        Results expected = operands.Run(null), actual = operands.Run(Tensor.Full(new Shape(sizes.Heads), sizes.Length));
        return Near(expected.Output, actual.Output, 1e-7)
            && expected.Gradients.Zip(actual.Gradients).All(pair => Near(pair.First, pair.Second, 1e-6));
    }

    [Property]
    public bool TheNumberOfThreadsDoesNotMatter(Sizes sizes)
    {
        Operands operands = new(sizes) { Dropout = 0.2f };
        Tensor spans = Tensor.Full(new Shape(sizes.Heads), 11.5f);
        Results[] results = ThreadCounts.ForEach([1, 3], () => operands.Run(spans));
        return results[0].Output.SequenceEqual(results[1].Output)
            && results[0].Gradients.Zip(results[1].Gradients).All(pair => pair.First.SequenceEqual(pair.Second));
    }

    [Property]
    public bool DropoutDropsTheSameSlotsWhateverAHeadLeavesOut(Sizes sizes)
    {
        // Of two spans the longer one changes the other head's tiles and slots only.
        Operands operands = new(sizes) { Dropout = 0.4f };
        float[] spans = new float[sizes.Heads];
        Results expected = operands.Run(Tensor.From(spans, new Shape(sizes.Heads)));
        Tensor perQuery = Tensor.Zeros(new Shape(sizes.Batch, sizes.Queries, sizes.Heads));
        float[] other = perQuery.ToArray();
        other.AsSpan((sizes.Queries - 1) * sizes.Heads, sizes.Heads).Fill(sizes.Length);
        Results actual = operands.Run(Tensor.From(other, perQuery.Shape));
        int same = (sizes.Queries - 1) * sizes.Heads * sizes.Width;
        return Near(expected.Output[..same], actual.Output[..same], 1e-5);
    }

    [Property]
    public bool AQueryAloneGivesWhatItGivesInABlock(Sizes sizes)
    {
        Operands operands = new(sizes);
        Tensor spans = Tensor.Full(new Shape(sizes.Heads), 5.25f);
        using NoGradientScope _ = new();
        Tensor block = operands.Apply(spans);
        for (int t = 0; t < sizes.Queries; t++)
        {
            Tensor step = operands.Slice(t).Apply(spans);
            if (!Near(block.Slice(1, t, 1).Contiguous().ToArray(), step.ToArray(), 1e-5))
            {
                return false;
            }
        }

        return true;
    }

    [Fact]
    public void SlotsAtTheKinksPassGradientToTheSpan()
    {
        // z = 2, ramp 2: the distances 3 (mask 1) and 5 (mask 0) count beside 4 (mask 1/2).
        Tensor span = Tensor.From([2f], new Shape(1));
        span.RequiresGradient = true;
        Tensor mask = TensorOperators.SpanMask(span, 8, 2);
        Assert.Equal([0, 0, 0, 0, 0.5f, 1, 1, 1], mask.ToArray());
        mask.Sum().Backward();
        Assert.Equal(1.5f, span.Gradient!.Item());
    }

    [Fact]
    public void PositionsThatNoSlotUsesHaveNoGradient()
    {
        Tensor query = Tensor.Ones(new Shape(1, 2, 1, 4)), key = Tensor.Uniform(new Shape(1, 5, 1, 4), -1, 1, new RandomKey(1, 1)),
            positions = Tensor.Ones(new Shape(6, 4));
        positions.RequiresGradient = true;
        query.SpanAttention(key, key, positions).Sum().Backward();
        float[] gradient = positions.Gradient!.ToArray();
        Assert.All(gradient[..12], value => Assert.Equal(0, value));
        Assert.Contains(gradient[12..], value => value != 0);
    }

    [Fact]
    public void ErrorsNameTheShapes()
    {
        Tensor query = Tensor.Ones(new Shape(2, 3, 2, 4)), key = Tensor.Ones(new Shape(2, 8, 2, 4)),
            positions = Tensor.Ones(new Shape(5, 4)), memory = Tensor.Ones(new Shape(2, 7, 4));
        Fails(() => query.SpanAttention(query, query, positions), "[2, 3, 2, 4]");
        Fails(() => query.SpanAttention(key, query, positions), "[2, 8, 2, 4] and [2, 3, 2, 4]");
        Fails(() => query.SpanAttention(key, key, Tensor.Ones(new Shape(4, 4))), "[4, 4]");
        Fails(() => query.SpanAttention(key, key, positions, new() { Span = Tensor.Ones(new Shape(3)), Ramp = 2 }), "[2] or [2, 3, 2]");
        Fails(() => query.SpanAttention(key, key, positions, new() { Span = Tensor.Ones(new Shape(2)) }), "ramp");
        Fails(() => query.SpanAttention(key, key, positions, new() { PersistentKey = memory }), "[2, 7, 4] and none");
        Fails(() => query.SpanAttention(key, key, positions, new() { PersistentKey = memory, PersistentValue = positions }),
            "[2, 7, 4] and [5, 4]");
        Fails(() => query.SpanAttention(key, key, positions, new() { Dropout = 1 }), "dropout 1");
        Fails(() => TensorOperators.SpanMask(positions, 0, 1), "length 0");
    }

    private static void Fails(Func<Tensor> call, string part) =>
        Assert.Contains(part, Assert.Throws<ArgumentException>(call).Message, StringComparison.Ordinal);

    private static bool Near(float[] expected, float[] actual, double tolerance) =>
        expected.Length == actual.Length
        && expected.Zip(actual).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance * (1 + Math.Abs(pair.First)));

    private sealed class Operands
    {
        private readonly Sizes _sizes;
        private readonly Tensor _query, _key, _value, _positions;
        private readonly Tensor? _persistentKey, _persistentValue;

        public Operands(Sizes sizes)
        {
            int rows = sizes.Length + sizes.Queries;
            _sizes = sizes;
            _query = Random(1, sizes.Batch, sizes.Queries, sizes.Heads, sizes.Width);
            _key = Random(2, sizes.Batch, rows, sizes.Heads, sizes.Width);
            _value = Random(3, sizes.Batch, rows, sizes.Heads, sizes.Width);
            _positions = Random(4, sizes.Length + 2, sizes.Width);
            (_persistentKey, _persistentValue) = sizes.Persistent == 0 ? (null, null)
                : (Random(5, sizes.Heads, sizes.Persistent, sizes.Width), Random(6, sizes.Heads, sizes.Persistent, sizes.Width));
        }

        private Operands(Operands other, Sizes sizes, Tensor query, Tensor key, Tensor value)
        {
            (_sizes, _query, _key, _value) = (sizes, query.Contiguous().Detach(), key.Contiguous().Detach(), value.Contiguous().Detach());
            (_positions, _persistentKey, _persistentValue, Dropout) =
                (other._positions, other._persistentKey, other._persistentValue, other.Dropout);
        }

        public float Dropout { get; init; }

        public Operands WithOneMoreSequence() =>
            new(this, _sizes with { Batch = _sizes.Batch + 1 }, Longer(_query), Longer(_key), Longer(_value));

        /// <summary>One query with its window.</summary>
        public Operands Slice(int t) => new(this, _sizes with { Queries = 1 }, _query.Slice(1, t, 1), _key.Slice(1, t, _sizes.Length + 1),
            _value.Slice(1, t, _sizes.Length + 1));

        public Tensor Apply(Tensor? spans) => _query.SpanAttention(_key, _value, _positions, new SpanAttentionOptions
        {
            Span = spans,
            Ramp = 4,
            PersistentKey = _persistentKey,
            PersistentValue = _persistentValue,
            Dropout = Dropout,
            Key = new RandomKey(8, 9),
        });

        public Results Run(Tensor? spans)
        {
            Tensor?[] all = [_query, _key, _value, _positions, _persistentKey, _persistentValue];
            Tensor[] leaves = [.. all.OfType<Tensor>()];
            foreach (Tensor leaf in leaves)
            {
                leaf.RequiresGradient = true;
                leaf.ClearGradient();
            }

            Tensor y = Apply(spans);
            y.Backward(Tensor.Uniform(y.Shape, -1, 1, new RandomKey(3, 4)));
            return new Results(y.ToArray(), [.. leaves.Select(leaf => leaf.Gradient!.ToArray())]);
        }

        private static Tensor Longer(Tensor x) => TensorOperators.Concat(0, x, x.Slice(0, 0, 1));

        private Tensor Random(ulong index, params int[] shape) =>
            Tensor.Uniform(new Shape(shape), -1, 1, new RandomKey(_sizes.Seed, index));
    }
}

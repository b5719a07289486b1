using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>The product-key search against exhaustive search, and gradients of tables as lists of rows.</summary>
public sealed class ProductKeyTests
{
    [Fact]
    public void TheSearchFindsWhatExhaustiveSearchFinds()
    {
        // Small whole numbers: sums are exact, and many scores are equal.
        const int rows = 6, heads = 2, half = 3;
        foreach (int n in new[] { 1, 2, 5, 9, 17 })
        {
            Tensor query = Whole(new Shape(rows, heads, 2 * half), -2, 3, 1), keys = Whole(new Shape(heads, 2, n, half), -1, 2, 2),
                flat = Materialise(keys);
            for (int k = 1; k <= n; k++)
            {
                (Tensor scores, Tensor slots) = query.ProductKeyTopK(keys, k);
                (Tensor flatScores, Tensor flatSlots) = query.FlatKeyTopK(flat, k);
                Assert.Equal(flatSlots.ToInt32Array(), slots.ToInt32Array());
                Assert.Equal(flatScores.ToArray(), scores.ToArray());
            }
        }
    }

    [Fact]
    public void RealScoresAgreeWithExhaustiveSearch()
    {
        Tensor query = Tensor.Normal(new Shape(40, 3, 16), 0, 1, new RandomKey(1, 1)),
            keys = Tensor.Normal(new Shape(3, 2, 30, 8), 0, 1, new RandomKey(1, 2));
        float[] expected = query.FlatKeyTopK(Materialise(keys), 20).Scores.ToArray(),
            actual = query.ProductKeyTopK(keys, 20).Scores.ToArray();
        Assert.All(expected.Zip(actual), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }

    [Fact]
    public void NotANumberNeverLeavesTheTable()
    {
        Tensor query = Tensor.Full(new Shape(2, 1, 4), float.NaN), keys = Tensor.Normal(new Shape(1, 2, 20, 2), 0, 1, new RandomKey(1, 2));
        Assert.All(query.ProductKeyTopK(keys, 7).Indices.ToInt32Array(), slot => Assert.InRange(slot, 0, 399));
    }

    [Fact]
    public void RowsOfAGradientAddUpToTheWholeOne()
    {
        const int slots = 50, bags = 30, perBag = 12, width = 7;
        Tensor values = Tensor.Normal(new Shape(slots, width), 0, 1, new RandomKey(3, 1)),
            weights = Tensor.Normal(new Shape(bags, perBag), 0, 1, new RandomKey(3, 2));
        Tensor indices = Tensor.From([.. Enumerable.Range(0, bags * perBag).Select(i => i * i % slots)], new Shape(bags, perBag));
        Tensor dy = Tensor.Normal(new Shape(bags, width), 0, 1, new RandomKey(3, 3));
        Parameter dense = new(TensorOperators.Concat(0, values)), sparse = new(TensorOperators.Concat(0, values));
        for (int pass = 0; pass < 2; pass++)
        {
            dense.EmbeddingBag(indices, weights).Backward(dy);
            sparse.EmbeddingBag(indices, weights, sparseGradient: true).Backward(dy);
        }

        Near(dense.Gradient!, sparse.RowGradient!.ToDense());
        Assert.Equal(new Shape(2 * bags, width), sparse.RowGradient.Values.Shape);
        Assert.Equal(OptimizerUpdates.SquaredGradientNorms([dense])[0], OptimizerUpdates.SquaredGradientNorms([sparse])[0], 1e-2f);

        // A plain lookup has one row of values per index: the lists still join.
        dense.Embedding(indices).Sum().Backward();
        sparse.Embedding(indices, sparse: true).Sum().Backward();
        Near(dense.Gradient!, sparse.RowGradient.ToDense());
    }

    [Fact]
    public void AStepIsTheSameForAnyNumberOfThreads()
    {
        float[][] results = ThreadCounts.ForEach([1, 3], Step);
        Assert.Equal(results[0], results[1]);

        static float[] Step()
        {
            const int n = 40, heads = 2, k = 8, rows = 300, width = 32;
            Parameter keys = new(Tensor.Normal(new Shape(heads, 2, n, 16), 0, 1, new RandomKey(5, 1))),
                table = new(Tensor.Normal(new Shape(n * n, width), 0, 1, new RandomKey(5, 2)));
            Tensor query = Tensor.Normal(new Shape(rows, heads, 32), 0, 1, new RandomKey(5, 3)), m = Tensor.Zeros(table.Shape),
                v = Tensor.Zeros(table.Shape);
            (Tensor scores, Tensor slots) = query.ProductKeyTopK(keys, k);
            Shape bag = new(rows, heads * k);
            table.EmbeddingBag(slots.Reshape(bag), scores.Softmax().Reshape(bag), sparseGradient: true).Sum().Backward();
            OptimizerUpdates.Adam(table, m, v, 1, 0.9f, 0.999f, 1e-8f, 0, 0.1f, 1);
            return [.. table.ToArray(), .. keys.Gradient!.ToArray(), OptimizerUpdates.SquaredGradientNorms([table])[0]];
        }
    }

    [Fact]
    public void MisuseIsExplained()
    {
        Tensor query = Tensor.Zeros(new Shape(2, 1, 4)), keys = Tensor.Zeros(new Shape(1, 2, 5, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => query.ProductKeyTopK(keys, 6));
        Assert.Throws<ArgumentException>(() => query.ProductKeyTopK(Tensor.Zeros(new Shape(2, 2, 5, 2)), 2));
        Assert.Throws<ArgumentException>(() => query.FlatKeyTopK(Tensor.Zeros(new Shape(5, 3)), 2));
        Tensor indices = Tensor.From([0, 4], new Shape(1, 2)), weights = Tensor.Ones(new Shape(1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => Tensor.Zeros(new Shape(4, 2)).EmbeddingBag(indices, weights));
        Assert.Throws<ArgumentException>(() => Tensor.Zeros(new Shape(5, 2)).EmbeddingBag(indices, weights, sparseGradient: true));
        Assert.Throws<ArgumentException>(() => Tensor.Zeros(new Shape(5, 2)).EmbeddingBag(indices, Tensor.Ones(new Shape(2, 1))));
    }

    // Key i n + j is first half i followed by second half j.
    private static Tensor Materialise(Tensor keys)
    {
        (int heads, int n, int half) = (keys.Shape[0], keys.Shape[2], keys.Shape[3]);
        Shape pairs = new(heads, n, n, half);
        Tensor first = keys.Slice(1, 0, 1).Reshape(new Shape(heads, n, 1, half)).Expand(pairs), second = keys.Slice(1, 1, 1).Expand(pairs);
        return TensorOperators.Concat(-1, first, second).Reshape(new Shape(heads, n * n, 2 * half));
    }

    private static Tensor Whole(Shape shape, int low, int high, ulong sequence) =>
        Tensor.From(Array.ConvertAll(Tensor.Uniform(shape, low, high, new RandomKey(4, sequence)).ToArray(), MathF.Floor), shape);

    private static void Near(Tensor expected, Tensor actual) =>
        Assert.All(expected.ToArray().Zip(actual.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
}

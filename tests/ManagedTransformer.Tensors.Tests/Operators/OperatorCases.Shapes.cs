namespace ManagedTransformer.Tensors.Tests;

internal static partial class OperatorCases
{
    private static IEnumerable<OperatorCase> Shapes() =>
    [
        Of("reshape", x => x[0].Reshape(new Shape(4, 6)), Any(2, 3, 4)),
        Of("reshape, one more axis", x => x[0].Reshape(new Shape(3, 1, 2, 2)), Any(3, 4)),
        Of("permute", x => x[0].Permute(2, 0, 1), Any(2, 3, 4)),
        Of("transpose", x => x[0].Transpose(0, 2), Any(2, 3, 4)),
        Of("permute, then reshape", x => x[0].Permute(1, 0, 2).Reshape(new Shape(3, 8)), Any(2, 3, 4)),
        Of("slice", x => x[0].Slice(1, 1, 2), Any(2, 4, 3)),
        Of("two slices of one tensor", x => x[0].Slice(-1, 0, 3) * x[0].Slice(-1, 2, 3), Any(2, 5)),
        Of("slice beside the whole", x => x[0].Slice(0, 1, 1) * x[0], Any(3, 4)),
        Of("expand", x => x[0].Expand(new Shape(2, 3, 4)), Any(3, 1)),
        Of("contiguous", x => x[0].Transpose().Contiguous(), Any(3, 4)),
        Of("split", x => x[0].Split(1, 1, 3, 2)[1], Any(2, 6)),
        Of("split, all parts", x => Product(x[0].Split(0, 2, 2, 2)), Any(6, 3)),
        Of("concat 0", x => TensorOperators.Concat(0, x), Any(2, 3), Any(1, 3), Any(4, 3)),
        Of("concat -1", x => TensorOperators.Concat(-1, x), Any(2, 3, 1), Any(2, 3, 4)),
        Of("concat of the same", x => TensorOperators.Concat(1, x[0], x[0]), Any(2, 3)),
        Of("pad", x => x[0].Pad(-1, 2, 1, 0.5f), Any(2, 3)),
        Of("pad 0", x => x[0].Pad(0, 0, 2), Any(2, 3)),
        Value("cast", x => x[0].Cast(DType.BFloat16).Cast(DType.Float32), Any(3, 17)),
        Of("checkpoint", x => x[0].Checkpoint(y => (y * x[1]).Tanh()), Any(3, 4), Any(4)),
        Of("checkpoint with dropout", Checkpointed, Any(3, 8)),
    ];

    private static IEnumerable<OperatorCase> Reductions() =>
    [
        Of("sum", x => x[0].Sum(), Any(2, 3, 4)),
        Of("sum 1", x => x[0].Sum([1]), Any(2, 3, 4)),
        Of("sum -1 and 0, axes kept", x => x[0].Sum([-1, 0], keepAxes: true), Any(2, 3, 4)),
        Of("sum of no axes", x => x[0].Sum([]), Any(2, 3)),
        Of("sum 0 and 2 of 4", x => x[0].Sum([0, 2]), Any(2, 3, 2, 3)),
        Of("mean", x => x[0].Mean(), Any(2, 3, 4)),
        Of("mean 0, axes kept", x => x[0].Mean([0], keepAxes: true), Any(5, 3)),
        Of("mean 1 and 2", x => x[0].Mean([1, 2]), Any(2, 3, 4)),
        Of("max", x => x[0].Max(), Distinct(2, 3, 4)),
        Of("max 1, axes kept", x => x[0].Max([1], keepAxes: true), Distinct(2, 5, 3)),
        Of("max 0 and -1", x => x[0].Max([0, -1]), Distinct(2, 3, 4)),
        Of("log-sum-exp -1", x => x[0].LogSumExp([-1]), Any(3, 17)),
        Of("log-sum-exp 0 and 1, axes kept", x => x[0].LogSumExp([0, 1], keepAxes: true), Any(3, 2, 4)),
        Value("arg-max -1", x => x[0].ArgMax(), Distinct(3, 17)),
        Value("arg-max 0", x => x[0].ArgMax(0), Distinct(5, 3)),
        Of("cumulative sum", x => x[0].CumulativeSum(), Any(3, 7)),
        Of("cumulative sum 0, reverse", x => x[0].CumulativeSum(0, reverse: true), Any(4, 3)),
        Of("cumulative sum 1 of 3", x => x[0].CumulativeSum(1), Any(2, 4, 3)),
        Of("top-k", x => x[0].TopK(3).Values, Distinct(3, 9)),
        Of("top-k of all", x => x[0].TopK(5).Values, Distinct(5)),
        Value("top-k places", x => x[0].TopK(4).Indices, Distinct(3, 17)),
    ];

    private static IEnumerable<OperatorCase> Indexing() =>
    [
        Of("embedding", x => x[0].Embedding(Integers(x[0], new Shape(2, 3), 4, 0, 4, 1, 2, 4)), Any(5, 3)),
        Of("embedding, no padding among the indices", x => x[0].Embedding(Integers(x[0], new Shape(3), 4, 0, 4), padding: 1), Any(5, 3)),
        Of("index-select 0", x => x[0].IndexSelect(0, Integers(x[0], new Shape(4), 2, 0, 2, 1)), Any(3, 4)),
        Of("index-select -1", x => x[0].IndexSelect(-1, Integers(x[0], new Shape(3), 3, 3, 0)), Any(2, 3, 4)),
        Of("gather -1", x => x[0].Gather(-1, Integers(x[0], new Shape(2, 3), 3, 0, 3, 1, 1, 2)), Any(2, 4)),
        Of("gather 1 of 3", x => x[0].Gather(1, Integers(x[0], new Shape(2, 2, 3), 2, 0, 1, 1, 0, 0, 2, 2, 2, 0, 1, 0)), Any(2, 3, 3)),
        Of("scatter-add -1", x => x[0].ScatterAdd(-1, Integers(x[0], new Shape(2, 3), 3, 0, 3, 1, 1, 2), x[1]), Any(2, 4), Any(2, 3)),
        Of("scatter-add 0", x => x[0].ScatterAdd(0, Integers(x[0], new Shape(3, 2), 1, 0, 1, 1, 0, 1), x[1]), Any(2, 2), Any(3, 2)),
    ];

    // Large values keep the scores apart: the step of numerical differentiation must not change which keys are taken.
    private static IEnumerable<OperatorCase> Memories() =>
    [
        Of("embedding bag", x => x[0].EmbeddingBag(Integers(x[0], new Shape(2, 3), 4, 0, 4, 1, 2, 4), x[1]), Any(5, 3), Any(2, 3)),
        Of("embedding bag, many per bag", x => x[0].EmbeddingBag(Integers(x[0], new Shape(1, 7), 2, 0, 2, 1, 1, 2, 0), x[1]),
            Any(3, 19), Any(1, 7)),
        Of("embedding bag of empty bags", x => x[0].EmbeddingBag(Integers(x[0], new Shape(2, 0)), x[1]), Any(3, 2), Any(2, 0)),
        Of("product-key top-k", x => x[0].ProductKeyTopK(x[1], 2).Scores, Between(-10, 10, 2, 2, 4), Between(-10, 10, 2, 2, 4, 2)),
        Of("product-key top-k, best only", x => x[0].ProductKeyTopK(x[1], 1).Scores, Between(-10, 10, 2, 3, 2),
            Between(-10, 10, 3, 2, 4, 1)),
        Of("product-key top-k, all keys kept", x => x[0].ProductKeyTopK(x[1], 3).Scores, Between(-10, 10, 2, 1, 6),
            Between(-10, 10, 1, 2, 3, 3)),
        Value("product-key slots", x => x[0].ProductKeyTopK(x[1], 4).Indices, Between(-10, 10, 3, 2, 4), Between(-10, 10, 2, 2, 5, 2)),
        Of("flat-key top-k", x => x[0].FlatKeyTopK(x[1], 3).Scores, Signed(1, 2, 3, 2, 1), Distinct(2, 6, 1)),
        Of("flat-key top-k, shared keys", x => x[0].FlatKeyTopK(x[1], 2).Scores, Signed(1, 2, 3, 2, 1), Distinct(6, 1)),
        Value("flat-key slots", x => x[0].FlatKeyTopK(x[1], 4).Indices, Between(-10, 10, 3, 2, 4), Between(-10, 10, 2, 6, 4)),
    ];

    private static Tensor Product(Tensor[] parts) => parts.Aggregate((a, b) => a * b);

    // Both runs of the function draw the same dropout, wherever the source stood.
    private static Tensor Checkpointed(Tensor[] x)
    {
        RandomSource random = new(3);
        return x[0].Checkpoint(y => y.Dropout(0.3f, random.NextKey()).Tanh().Dropout(0.2f, random.NextKey()), random);
    }
}

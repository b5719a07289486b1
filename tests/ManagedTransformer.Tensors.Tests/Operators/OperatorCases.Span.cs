namespace ManagedTransformer.Tensors.Tests;

internal static partial class OperatorCases
{
    // Numerical differentiation must not step over a kink of the mask: whole distances, shifted by the ramp.
    // The spans stay this far away from them.
    private const float SpanMargin = 0.2f;

    private static IEnumerable<OperatorCase> SpanAttention()
    {
        const int batch = 2, queries = 5, heads = 2, width = 3, slots = 6, memory = 4;
        OperatorOperand query = Any(batch, queries, heads, width), key = Any(batch, slots + queries, heads, width),
            positions = Any(slots + 2, width);
        OperatorOperand persistent = Any(heads, memory, width);
        SpanAttentionOptions plain = new(), ramp = new() { Ramp = 3 },
            dropped = new() { Ramp = 3, Dropout = 0.3f, Key = new RandomKey(5, 6) };

        yield return Of("span attention, fixed span", x => x[0].SpanAttention(x[1], x[2], x[3]), query, key, key, positions);
        yield return Of("span attention, fixed span, dropout",
            x => x[0].SpanAttention(x[1], x[2], x[3], plain with { Dropout = 0.3f, Key = new RandomKey(5, 6) }), query, key,
            key, positions);
        yield return Of("span attention of one query", x => x[0].SpanAttention(x[1], x[2], x[3]), Any(2, 1, 2, 3), Any(2, 5, 2, 3),
            Any(2, 5, 2, 3), Any(4, 3));
        yield return Of("span attention, span per head", x => x[0].SpanAttention(x[1], x[2], x[3], ramp with { Span = x[4] }), query, key,
            key, positions, Lengths(0, 3, heads));
        yield return Of("span attention, span per query", x => x[0].SpanAttention(x[1], x[2], x[3], ramp with { Span = x[4] }), query, key,
            key, positions, Lengths(0, 3, batch, queries, heads));
        yield return Of("span attention, spans of all slots", x => x[0].SpanAttention(x[1], x[2], x[3], ramp with { Span = x[4] }), query,
            key, key, positions, Lengths(20, 30, heads));
        yield return Of("span attention, persistent slots",
            x => x[0].SpanAttention(x[1], x[2], x[3], plain with { PersistentKey = x[4], PersistentValue = x[5] }), query, key, key,
            positions, persistent, persistent);
        yield return Of("span attention, span per head, persistent slots, dropout",
            x => x[0].SpanAttention(x[1], x[2], x[3], dropped with { Span = x[6], PersistentKey = x[4], PersistentValue = x[5] }),
            query, key, key, positions, persistent, persistent, Lengths(0, 3, heads));
        yield return Of("span attention, span per query, persistent slots, dropout",
            x => x[0].SpanAttention(x[1], x[2], x[3], dropped with { Span = x[6], PersistentKey = x[4], PersistentValue = x[5] }),
            query, key, key, positions, persistent, persistent, Lengths(0, 3, batch, queries, heads));
        yield return Of("span attention, packed", x => x[0].PackedSpanAttention(x[1], x[2]), query,
            Any(batch, slots + queries, 2, heads, width), positions);
        yield return Of("span attention, packed, span per head, persistent slots, dropout",
            x => x[0].PackedSpanAttention(x[1], x[2], dropped with { Span = x[5], PersistentKey = x[3], PersistentValue = x[4] }),
            query, Any(batch, slots + queries, 2, heads, width), positions, persistent, persistent, Lengths(0, 3, heads));
        yield return Of("span attention of one tensor to itself", x => x[0].Slice(1, 3, 4).SpanAttention(x[0], x[0], x[1]),
            Any(2, 7, 1, 4), Any(3, 4));
        yield return Value("span attention, weights",
            x => TensorOperators.SpanAttentionWeights(x[0], x[1], x[2], ramp with { Span = x[3] }).Context, query, key, positions,
            Lengths(0, 3, heads));
        yield return Value("span attention, weights of persistent slots",
            x => TensorOperators.SpanAttentionWeights(x[0], x[1], x[2],
                plain with { PersistentKey = x[3], PersistentValue = x[3] }).Persistent!, query, key, positions, persistent);
        yield return Of("span mask", x => TensorOperators.SpanMask(x[0], 9, 3), Lengths(0, 7, 2, 4));
        yield return Of("weights normalised under a mask", x => x[0].SpanNormalize(x[1]), Between(0.2f, 1, 2, 3, 5),
            Between(0.2f, 1, 3, 5));
    }

    private static OperatorOperand Lengths(int low, int high, params int[] sizes) => new(new Shape(sizes), (count, random) =>
        [.. Enumerable.Range(0, count).Select(_ => random.Next(low, high) + SpanMargin + ((1 - (2 * SpanMargin)) * random.NextSingle()))]);
}

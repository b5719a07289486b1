using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Lolcats;

/// <summary>
/// Hybrid attention of a sequence in time linear in its length: queries go in blocks, a block sees its own keys and the w before it one by
/// one, and all earlier ones through their sums phi(k) (x) v and phi(k). A sequence of one block is computed in the quadratic form.
/// Axes: B sequences, KV heads of keys, N blocks, G query heads per key head, C queries of a block, n = w + C near keys.
/// </summary>
internal sealed class HybridBlocks
{
    // Far below every score, but no infinity, of which a row without keys would make NaN.
    private const float Lowest = -1e30f;
    private readonly WindowShape _window;
    private readonly int _length, _size, _count, _before;

    /// <summary>Blocks for a sequence.</summary>
    /// <param name="window">A window.</param>
    /// <param name="length">T.</param>
    /// <param name="fewest">Fewest positions of a block; it becomes a multiple of w.</param>
    public HybridBlocks(WindowShape window, int length, int fewest)
    {
        int size = window.Block(fewest);
        (_window, _length) = (window, length);
        (_size, _count, _before) = length <= size ? (length, 1, 0) : (size, (length + size - 1) / size, window.Size);
    }

    /// <summary>Weights that are not yet divided: gamma e^(s - max s) of a window's keys, linear ones of the earlier.</summary>
    /// <param name="scores">s, [..., queries, keys]</param>
    /// <param name="window">1 at the window's keys, broadcasts with s.</param>
    /// <param name="gamma">Broadcasts with s.</param>
    /// <param name="earlier">Weights of the earlier keys, 0 elsewhere; null for none.</param>
    public static Tensor Weights(Tensor scores, Tensor window, Tensor gamma, Tensor? earlier)
    {
        // The maximum is a part of the function, and so of its gradient: the earlier weights are not divided by its exponential.
        Tensor masked = window.Select(scores, Tensor.Scalar(Lowest, scores.Device));
        Tensor weights = (masked - masked.Max([-1], keepAxes: true)).Exp() * window * gamma;
        return earlier is null ? weights : weights + earlier;
    }

    /// <summary>Sums of values over sums of weights; 0 where no key is seen.</summary>
    public static Tensor Divide(Tensor values, Tensor weights) =>
        values / (weights + weights.EqualTo(Tensor.Scalar(0, weights.Device)));

    /// <summary>The attention.</summary>
    /// <param name="query">[B, T, H, d], divided by the root of d.</param>
    /// <param name="key">[B, T, KV, d]</param>
    /// <param name="value">[B, T, KV, d]</param>
    /// <param name="mappedQuery">phi(q), [B, T, H, K], with the factor on linear weights.</param>
    /// <param name="mappedKey">phi(k), [B, T, H, K], 0 at padding.</param>
    /// <param name="kept">1 at keys that are not padding, [B, T]; null for no padding.</param>
    /// <param name="gamma">[H]</param>
    /// <returns>[B, T, H, d]</returns>
    public Tensor Attend(
        Tensor query, Tensor key, Tensor value, Tensor mappedQuery, Tensor mappedKey, Tensor? kept, Tensor gamma)
    {
        int batch = query.Shape[0], heads = query.Shape[2], width = query.Shape[3], keyHeads = key.Shape[2], groups = heads / keyHeads,
            near = _before + _size;
        Shape rows = new(batch, keyHeads, _count, groups * _size, width);
        Tensor scores = Queries(query, keyHeads).Reshape(rows).MatMul(Near(key).Permute(0, 3, 1, 4, 2))
            .Reshape(new Shape(batch, keyHeads, _count, groups, _size, near));

        (float[] window, float[]? earlier) = _window.Masks(_before, _size, 0, near);
        Shape mask = new(_size, near);
        Tensor seen = Tensor.From(window, mask, query.Device);
        if (Valid(kept, query.Device) is { } valid)
        {
            seen *= valid;
        }

        Tensor mapped = Queries(mappedQuery, keyHeads);
        Tensor? linear = earlier is null
            ? null
            : mapped.MatMul(PerGroup(Near(mappedKey), keyHeads)) * Tensor.From(earlier, mask, query.Device);
        Tensor weights = Weights(scores, seen, gamma.Reshape(new Shape(1, keyHeads, 1, groups, 1, 1)), linear);

        // A column of ones, so that one product gives both sums.
        value = TensorOperators.Concat(3, value, Tensor.Ones(value.Shape.With(3, 1), value.Device));
        Tensor sums = weights.Reshape(rows.With(4, near)).MatMul(Near(value).Permute(0, 3, 1, 2, 4))
            .Reshape(new Shape(batch, keyHeads, _count, groups, _size, width + 1));
        if (_count > 1)
        {
            sums += mapped.MatMul(States(mappedKey, value));
        }

        Tensor y = Divide(sums.Slice(5, 0, width), sums.Slice(5, width, 1)).Permute(0, 2, 4, 1, 3, 5)
            .Reshape(new Shape(batch, _count * _size, heads, width));
        return _count * _size == _length ? y : y.Slice(1, 0, _length);
    }

    // Sums of phi(k) (x) [v, 1] over all keys that are in front of a block's near ones, [B, KV, N, G, K, d + 1].
    private Tensor States(Tensor mappedKey, Tensor value)
    {
        int keyHeads = value.Shape[2], blocks = _count - 1;
        Tensor keys = PerGroup(Blocks(mappedKey, blocks), keyHeads), values = Blocks(value, blocks).Permute(0, 3, 1, 2, 4);
        Tensor sums = keys.MatMul(values.Reshape(values.Shape.Insert(3, 1)));
        return sums.CumulativeSum(2).Pad(2, 1, 0);
    }

    // [B, N, C, H, e] with zeros behind the text as [B, KV, N, G, C, e].
    private Tensor Queries(Tensor x, int keyHeads)
    {
        int width = x.Shape[3], rest = (_count * _size) - _length;
        x = rest == 0 ? x : x.Pad(1, 0, rest);
        return x.Reshape(new Shape(x.Shape[0], _count, _size, keyHeads, x.Shape[2] / keyHeads, width)).Permute(0, 3, 1, 4, 2, 5);
    }

    // [B, N, n, H, K] as [B, KV, N, G, K, n].
    private static Tensor PerGroup(Tensor x, int keyHeads)
    {
        Shape shape = x.Shape;
        return x.Reshape(new Shape(shape[0], shape[1], shape[2], keyHeads, shape[3] / keyHeads, shape[4])).Permute(0, 3, 1, 4, 5, 2);
    }

    // The keys that blocks see one by one, [B, N, n, heads, e].
    private Tensor Near(Tensor x)
    {
        Tensor own = Blocks(x, _count);
        return _before == 0 ? own : TensorOperators.Concat(2, own, Blocks(x, _count, 1).Slice(2, 0, _before));
    }

    // Positions as blocks that begin w too early, [B, blocks, C, heads, e]: zeros stand for positions outside the text.
    private Tensor Blocks(Tensor x, int blocks, int skipped = 0)
    {
        Shape shape = new(x.Shape[0], blocks, _size, x.Shape[2], x.Shape[3]);
        if (_before == 0)
        {
            return x.Reshape(shape);
        }

        int start = (skipped * _size) - _before, end = start + (blocks * _size), first = Math.Max(0, start), last = Math.Min(_length, end);
        return x.Slice(1, first, last - first).Pad(1, first - start, end - last).Reshape(shape);
    }

    // 1 at near keys that are in the text and no padding, [B or 1, 1, N, 1, 1, n]; null where all are.
    private Tensor? Valid(Tensor? kept, Device device)
    {
        if (kept is null && _before == 0)
        {
            return null;
        }

        kept ??= Tensor.Ones(new Shape(1, _length), device);
        Tensor near = Near(kept.Reshape(new Shape(kept.Shape[0], _length, 1, 1)));
        return near.Reshape(new Shape(kept.Shape[0], 1, _count, 1, 1, _before + _size));
    }
}

using FsCheck.Xunit;
using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>Rows that attend to keys and values of their own.</summary>
public sealed class AttentionEachTests
{
    /// <summary>The bits of every row are those that it has alone, whatever the lengths; more rows than a job takes, too.</summary>
    [Property(MaxTest = 60)]
    public void ARowIsWhatItIsAlone(byte rows, byte queries, byte keyHeads, byte group, byte halfWidth, byte window, int seed)
    {
        int n = 1 + (rows % 40), t = queries % 4 == 0 ? 2 : 1, k = 1 + (keyHeads % 3), h = k * (1 + (group % 4)),
            d = 2 * (1 + (halfWidth % 20));
        Random random = new(seed);
        AttentionOptions options = new() { Causal = true, Window = window % 30 };
        Tensor q = Numbers(new Shape(n, t, h, d), 1);
        (Tensor Keys, Tensor Values)[] memories = [.. Enumerable.Range(0, n).Select(row =>
        {
            int s = t + random.Next(row % 8 == 0 ? 1_100 : 40);
            return (Numbers(new Shape(1, s, k, d), (2 * row) + 2), Numbers(new Shape(1, s, k, d + 1), (2 * row) + 3));
        })];

        Tensor y = q.AttentionEach(memories, options);
        Assert.Equal(new Shape(n, t, h, d + 1), y.Shape);
        for (int row = 0; row < n; row++)
        {
            Assert.Equal(q.Slice(0, row, 1).Attention(memories[row].Keys, memories[row].Values, options).ToArray(),
                y.Slice(0, row, 1).ToArray());
        }
    }

    [Fact]
    public void GradientsAreThoseOfTheRows()
    {
        Parameter q = new(Numbers(new Shape(2, 1, 2, 4), 1)), keys = new(Numbers(new Shape(1, 3, 1, 4), 2)),
            values = new(Numbers(new Shape(1, 3, 1, 4), 3));
        q.AttentionEach([(keys, values), (keys, values)]).Sum().Backward();
        float[] together = [.. q.Gradient!.ToArray(), .. keys.Gradient!.ToArray(), .. values.Gradient!.ToArray()];
        q.ClearGradient();
        keys.ClearGradient();
        values.ClearGradient();
        (q.Slice(0, 0, 1).Attention(keys, values).Sum() + q.Slice(0, 1, 1).Attention(keys, values).Sum()).Backward();
        Assert.Equal([.. q.Gradient!.ToArray(), .. keys.Gradient!.ToArray(), .. values.Gradient!.ToArray()], together);
    }

    [Fact]
    public void WhatDoesNotFitIsRefused()
    {
        Tensor q = Numbers(new Shape(2, 1, 2, 4), 1), keys = Numbers(new Shape(1, 3, 1, 4), 2), narrow = Numbers(new Shape(1, 3, 1, 2), 2);
        Assert.Throws<ArgumentException>(() => q.AttentionEach([(keys, keys)]));
        Assert.Throws<ArgumentException>(() => q.AttentionEach([(keys, keys), (narrow, keys)]));
        Assert.Throws<ArgumentException>(() => q.AttentionEach([(keys, keys), (keys, narrow)]));
        Assert.Throws<ArgumentException>(() => q.AttentionEach([(keys, keys), (keys.Reshape(new Shape(3, 1, 1, 4)), keys)]));
        Assert.Throws<ArgumentException>(
            () => q.AttentionEach([(keys, keys), (keys, keys)], new AttentionOptions { KeyPadding = Tensor.Zeros(new Shape(1, 3)) }));
    }

    private static Tensor Numbers(Shape shape, int seed) => Tensor.Uniform(shape, -1, 1, new RandomKey(7, (ulong)seed));
}

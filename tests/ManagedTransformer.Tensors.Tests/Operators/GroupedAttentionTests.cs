using FsCheck.Xunit;
using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>Keys that several query heads share, windows, and rotary positions.</summary>
public sealed class GroupedAttentionTests
{
    private static Shape Heads(int batch, int length, int heads, int width) => new(batch, length, heads, width);

    /// <summary>The same results and gradients as with keys and values repeated for every query head.</summary>
    [Property(MaxTest = 60)]
    public void SharedKeysAreRepeatedKeys(byte batch, byte queries, byte more, byte keyHeads, byte group, byte halfWidth, byte window,
        bool causal)
    {
        int t = 1 + (queries % 20), s = t + (more % 20), k = 1 + (keyHeads % 3), h = k * (1 + (group % 4)), d = 2 * (1 + (halfWidth % 9)),
            b = 1 + (batch % 2);
        AttentionOptions options = new() { Causal = causal, Window = window % 30 };
        Parameter q = Numbers(Heads(b, t, h, d), 1), key = Numbers(Heads(b, s, k, d), 2), value = Numbers(Heads(b, s, k, d + 1), 3);
        Parameter otherQ = Numbers(q.Shape, 1), otherKey = Numbers(key.Shape, 2), otherValue = Numbers(value.Shape, 3);
        Tensor dy = Numbers(Heads(b, t, h, d + 1), 4).Detach();

        Tensor y = q.Attention(key, value, options);
        Tensor expected = otherQ.Attention(Repeat(otherKey, h / k), Repeat(otherValue, h / k), options);
        NearWithGradients(expected, y, dy, (otherQ, q), (otherKey, key), (otherValue, value));
    }

    /// <summary>
    /// Masks of every length, whose edges cut corners off tiles, give what a softmax over masked scores gives, and its gradients.
    /// </summary>
    [Property(MaxTest = 80)]
    public void MasksAreThoseOfTheScores(byte queries, byte more, byte width, byte window, bool causal)
    {
        int t = 1 + (queries % 100), s = t + (more % 50), d = 1 + (width % 20);
        AttentionOptions options = new() { Causal = causal, Window = window % 80 };
        Parameter q = Numbers(Heads(2, t, 1, d), 1), key = Numbers(Heads(2, s, 1, d), 2), value = Numbers(Heads(2, s, 1, d + 1), 3);
        Parameter otherQ = Numbers(q.Shape, 1), otherKey = Numbers(key.Shape, 2), otherValue = Numbers(value.Shape, 3);
        Tensor dy = Numbers(Heads(2, t, 1, d + 1), 4).Detach();
        float[] mask = new float[t * s];
        for (int i = 0; i < mask.Length; i++)
        {
            int position = (i / s) + s - t, at = i % s;
            bool seen = (!causal || at <= position) && (options.Window == 0 || at > position - options.Window);
            mask[i] = seen ? 0 : float.NegativeInfinity;
        }

        Tensor scores = otherQ.Permute(0, 2, 1, 3).MatMul(otherKey.Permute(0, 2, 3, 1)).Affine(1 / MathF.Sqrt(d), 0);
        Tensor weights = (scores + Tensor.From(mask, new Shape(t, s))).Softmax();
        Tensor expected = weights.MatMul(otherValue.Permute(0, 2, 1, 3)).Permute(0, 2, 1, 3), y = q.Attention(key, value, options);
        NearWithGradients(expected, y, dy, (otherQ, q), (otherKey, key), (otherValue, value));
    }

    /// <summary>A single query, which has a kernel of its own, gives the last row of all queries.</summary>
    [Property(MaxTest = 60)]
    public void AStepIsTheLastRow(ushort keys, byte keyHeads, byte group, byte halfWidth, byte window)
    {
        int s = 1 + (keys % 700), k = 1 + (keyHeads % 3), h = k * (1 + (group % 8)), d = 2 * (1 + (halfWidth % 40));
        AttentionOptions options = new() { Causal = true, Window = window };
        Tensor q = Numbers(Heads(1, s, h, d), 1).Detach(), key = Numbers(Heads(1, s, k, d), 2).Detach(),
            value = Numbers(Heads(1, s, k, d), 3).Detach();
        Near(q.Attention(key, value, options).Slice(1, s - 1, 1), q.Slice(1, s - 1, 1).Attention(key, value, options));
    }

    /// <summary>Only the distance of two rotated rows reaches their product.</summary>
    [Property(MaxTest = 40)]
    public void ProductsOfRotatedRowsDependOnDistances(byte first, byte distance, byte halfWidth)
    {
        int half = 1 + (halfWidth % 40), rows = 600;
        double[] angles = [.. Enumerable.Range(0, rows * half).Select(i => (i / half) * Math.Pow(10_000, -(i % half) / (double)half))];
        Tensor cos = Tensor.From([.. angles.Select(angle => (float)Math.Cos(angle))], new Shape(rows, half)),
            sin = Tensor.From([.. angles.Select(angle => (float)Math.Sin(angle))], new Shape(rows, half));
        Tensor q = Numbers(Heads(1, 1, 2, 2 * half), 1).Detach(), k = Numbers(Heads(1, 1, 2, 2 * half), 2).Detach();

        Tensor Product(int at) => (q.Rotate(cos, sin, new RotaryOptions { First = at + distance })
            * k.Rotate(cos, sin, new RotaryOptions { First = at })).Sum([3], keepAxes: false);
        Near(Product(0), Product(first));
    }

    [Fact]
    public void HeadsThatDoNotDivideAreRefused()
    {
        Tensor q = Tensor.Zeros(Heads(1, 2, 6, 4)), k = Tensor.Zeros(Heads(1, 2, 4, 4));
        Assert.Contains("4 heads of keys and values do not divide 6 heads of queries",
            Assert.Throws<ArgumentException>(() => q.Attention(k, k)).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => q.GroupedSelfAttention(4));
    }

    [Fact]
    public void PositionsOutsideTheTableAreRefused()
    {
        Tensor x = Tensor.Zeros(Heads(1, 3, 2, 4)), table = Tensor.Zeros(new Shape(5, 2));
        Assert.Contains("positions 3 to 5 are outside the table's 0 to 4", Assert.Throws<ArgumentOutOfRangeException>(
            () => x.Rotate(table, table, new RotaryOptions { First = 3 })).Message, StringComparison.Ordinal);
        Tensor positions = Tensor.From([0, 5, 1], new Shape(1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => x.Rotate(table, table, new RotaryOptions { Positions = positions }));
        Assert.Throws<ArgumentException>(() => Tensor.Zeros(Heads(1, 3, 2, 5)).Rotate(table, table));
    }

    private static Tensor Repeat(Tensor x, int count)
    {
        (int b, int s, int k, int d) = (x.Shape[0], x.Shape[1], x.Shape[2], x.Shape[3]);
        return x.Reshape(new Shape(b, s, k, 1, d)).Expand(new Shape(b, s, k, count, d)).Reshape(Heads(b, s, k * count, d));
    }

    private static Parameter Numbers(Shape shape, int seed)
    {
        Random random = new(seed);
        return new Parameter(Tensor.From([.. Enumerable.Range(0, (int)shape.Count).Select(_ => (random.NextSingle() * 2) - 1)], shape));
    }

    private static void NearWithGradients(Tensor expected, Tensor actual, Tensor dy, params (Parameter Expected, Parameter Actual)[] inputs)
    {
        (actual * dy).Sum().Backward();
        (expected * dy).Sum().Backward();
        Near(expected, actual);
        foreach ((Parameter other, Parameter input) in inputs)
        {
            Near(other.Gradient!, input.Gradient!);
        }
    }

    private static void Near(Tensor expected, Tensor actual)
    {
        float[] left = expected.Contiguous().ToArray(), right = actual.Contiguous().ToArray();
        Assert.Equal(left.Length, right.Length);
        for (int i = 0; i < left.Length; i++)
        {
            Assert.InRange(right[i], left[i] - (2e-5f * (1 + Math.Abs(left[i]))), left[i] + (2e-5f * (1 + Math.Abs(left[i]))));
        }
    }
}

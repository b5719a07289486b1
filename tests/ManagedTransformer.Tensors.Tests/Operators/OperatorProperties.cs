using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>Laws that operators obey on every shape and layout.</summary>
[Properties(Arbitrary = [typeof(OperandArbitraries)], MaxTest = 150)]
public sealed class OperatorProperties
{
    [Property]
    public bool BroadcastingIsAnExplicitLoop(Tensor x, byte kept, byte missing, OperandLayout layout)
    {
        Tensor narrow = Narrowed(x.Shape, kept, missing % 5, layout);
        Tensor y = x - narrow, z = narrow - x;
        float[] left = x.ToArray(), right = narrow.ToArray(), difference = y.ToArray(), opposite = z.ToArray();
        bool same = y.Shape == x.Shape;
        for (int i = 0; i < left.Length; i++)
        {
            float expected = left[i] - right[BroadcastIndex(i, x.Shape, narrow.Shape)];
            same &= difference[i] == expected && opposite[i] == -expected;
        }

        return same;
    }

    [Property]
    public bool ReshapingGoesBackAndForth(Tensor x) =>
        Same(x, x.Reshape(new Shape((int)x.Count)).Reshape(x.Shape))
        && Same(x, x.Reshape(x.Shape.Insert(0, 1).Insert(-1, 1)).Reshape(x.Shape))
        && Same(x, x.Contiguous());

    [Property]
    public bool PermutingGoesBackAndForth(Tensor x, NonNegativeInt seed)
    {
        int[] order = Permutation(x.Rank, seed.Get), inverse = new int[x.Rank];
        for (int i = 0; i < inverse.Length; i++)
        {
            inverse[order[i]] = i;
        }

        Tensor y = x.Permute(order);
        return Same(x, y.Permute(inverse)) && Same(x, y.Contiguous().Permute(inverse))
            && Same(y.Contiguous(), y.Reshape(y.Shape.Insert(0, 1)).Reshape(y.Shape));
    }

    [Property]
    public bool JoiningThePartsGivesTheWhole(Tensor x, NonNegativeInt place, NonNegativeInt part)
    {
        int axis = place.Get % x.Rank, cut = part.Get % (x.Shape[axis] + 1);
        return Same(x, TensorOperators.Concat(axis, x.Split(axis, cut, x.Shape[axis] - cut)))
            && Same(x, x.Pad(axis, cut, 2, 9).Slice(axis, cut, x.Shape[axis]));
    }

    [Property]
    public bool TheOrderOfSummedAxesDoesNotMatter(Tensor x, NonNegativeInt seed, NonNegativeInt count)
    {
        int[] axes = Permutation(x.Rank, seed.Get)[..(count.Get % (x.Rank + 1))],
            reversed = [.. axes.Reverse().Select(axis => axis - x.Rank)];
        Tensor sum = x.Sum(axes), again = x.Sum(reversed), kept = x.Sum(axes, keepAxes: true), stepwise = x;
        foreach (int axis in axes)
        {
            stepwise = stepwise.Sum([axis], keepAxes: true);
        }

        return Same(sum, again) && Same(sum, kept.Reshape(sum.Shape)) && Near(kept, stepwise, 1e-4f)
            && Near(kept, x.Mean(axes, keepAxes: true) * ((float)x.Count / kept.Count), 1e-4f);
    }

    [Property]
    public bool SoftmaxRowsSumToOne(Tensor x)
    {
        Tensor y = (x * 8).Softmax();
        return y.ToArray().All(value => value is >= 0 and <= 1) && y.Sum([-1]).ToArray().All(sum => Math.Abs(sum - 1) < 1e-5)
            && Near((x * 8).LogSoftmax().Exp(), y, 1e-5f);
    }

    [Property]
    public bool SoftmaxIgnoresAShift(Tensor x) =>
        Near((x + 3).Softmax(), x.Softmax(), 1e-5f) && Near((x + 3).LogSumExp([-1]), x.LogSumExp([-1]) + 3, 1e-4f);

    [Property]
    public bool LinearIsAMatrixProductAndABias(Tensor x, OperandSize outputs, OperandLayout layout)
    {
        Tensor weight = OperandArbitraries.Make([outputs.Value, x.Shape[-1]], layout, 3),
            bias = OperandArbitraries.Make([outputs.Value], layout, 4);
        Tensor rows = x.Rank == 1 ? x.Reshape(new Shape(1, x.Shape[0])) : x;
        Tensor expected = rows.MatMul(weight.Transpose()) + bias;
        return Near(rows.Linear(weight, bias), expected, 1e-4f) && Near(rows.Linear(weight, bias, Activation.Gelu), expected.Gelu(), 1e-4f)
            && Near(x.Linear(weight), x.Linear(weight.Contiguous()), 1e-5f);
    }

    [Property]
    public bool MatrixProductsAreTripleLoops(OperandSize m, OperandSize k, OperandSize n, OperandLayout left, OperandLayout right)
    {
        Tensor first = OperandArbitraries.Make([m.Value, k.Value], left, 5), second = OperandArbitraries.Make([k.Value, n.Value], right, 6);
        float[] a = first.ToArray(), b = second.ToArray(), y = first.MatMul(second).ToArray();
        int inner = k.Value, columns = n.Value;
        return y.Length == m.Value * columns && Enumerable.Range(0, y.Length).All(i =>
        {
            double sum = Enumerable.Range(0, inner).Sum(j => (double)a[(i / columns * inner) + j] * b[(j * columns) + (i % columns)]);
            return Math.Abs(sum - y[i]) < 1e-4;
        });
    }

    [Property]
    public bool GatheringWhatWasScattered(Tensor x, NonNegativeInt place, NonNegativeInt seed)
    {
        int axis = place.Get % x.Rank;
        int[] indices = Permutation(x.Shape[axis], seed.Get);
        Shape along = new Shape([.. Enumerable.Repeat(1, x.Rank)]).With(axis, indices.Length);
        Tensor order = Tensor.From(indices, new Shape(indices.Length));
        Tensor everywhere = Tensor.From(indices, along).Expand(x.Shape);
        Tensor picked = x.IndexSelect(axis, order);
        return Same(picked, x.Gather(axis, everywhere)) && Same(x, Tensor.Zeros(x.Shape).ScatterAdd(axis, everywhere, picked));
    }

    [Property]
    public bool TheLargestComeFirst(Tensor x, NonNegativeInt count)
    {
        int width = x.Shape[-1], k = 1 + (count.Get % width);
        (Tensor values, Tensor places) = x.TopK(k);
        float[][] sorted = [.. x.ToArray().Chunk(width).Select(row => row.OrderDescending().Take(k).ToArray())];
        return values.ToArray().SequenceEqual(sorted.SelectMany(row => row)) && Same(values, x.Gather(-1, places))
            && Same(x.Max([-1]), values.Slice(-1, 0, 1).Reshape(x.Shape.Without(-1)))
            && x.ArgMax().ToInt32Array().SequenceEqual(places.Slice(-1, 0, 1).ToInt32Array());
    }

    [Property]
    public bool RunningSumsEndInTheSum(Tensor x, NonNegativeInt place)
    {
        int axis = place.Get % x.Rank, size = x.Shape[axis];
        Tensor sum = x.Sum([axis], keepAxes: true), forward = x.CumulativeSum(axis), backward = x.CumulativeSum(axis, reverse: true);
        return Near(sum, forward.Slice(axis, size - 1, 1), 1e-4f) && Near(sum, backward.Slice(axis, 0, 1), 1e-4f)
            && Near(forward + backward - x, sum.Expand(x.Shape), 1e-4f);
    }

    [Property]
    public Property NormalisedRowsHaveMeanZeroAndVarianceOne(Tensor x) => Prop.When(x.Shape[-1] >= 7, () =>
    {
        // A ramp keeps rows that repeat one value from having no variance at all.
        int width = x.Shape[-1];
        x += Tensor.From([.. Enumerable.Range(0, width).Select(i => i * 0.3f)], new Shape(width));
        Tensor y = x.LayerNorm(Tensor.Ones(new Shape(width)), Tensor.Zeros(new Shape(width)), 1e-9f);
        Tensor r = x.RmsNorm(Tensor.Ones(new Shape(width)), 1e-9f);
        return y.Mean([-1]).ToArray().All(mean => Math.Abs(mean) < 1e-4)
            && (y * y).Mean([-1]).ToArray().All(variance => Math.Abs(variance - 1) < 1e-3)
            && (r * r).Mean([-1]).ToArray().All(square => Math.Abs(square - 1) < 1e-4);
    });

    // The shape without some leading axes and with size 1 where the axis has no bit.
    private static Tensor Narrowed(Shape shape, int kept, int missing, OperandLayout layout) => OperandArbitraries.Make(
        [.. shape.ToArray().Select((size, axis) => ((kept >> axis) & 1) == 1 ? size : 1).Skip(Math.Min(missing, shape.Rank))], layout, 2);

    private static int BroadcastIndex(int flat, Shape shape, Shape narrow)
    {
        int index = 0, step = 1;
        for (int axis = 1; axis <= narrow.Rank; axis++)
        {
            (flat, int place) = Math.DivRem(flat, shape[-axis]);
            index += narrow[-axis] == 1 ? 0 : place * step;
            step *= narrow[-axis];
        }

        return index;
    }

    private static int[] Permutation(int count, int seed)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        new Random(seed).Shuffle(order);
        return order;
    }

    private static bool Same(Tensor a, Tensor b) => a.Shape == b.Shape && a.ToArray().AsSpan().SequenceEqual(b.ToArray());

    private static bool Near(Tensor a, Tensor b, float tolerance) =>
        a.Shape == b.Shape
        && a.ToArray().Zip(b.ToArray()).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance * (1 + Math.Abs(pair.Second)));
}

using FsCheck;
using FsCheck.Fluent;
using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>Laws that operators obey on every shape and layout.</summary>
public sealed class OperatorProperties
{
    private static readonly Gen<int> _size = Gen.OneOf(Gen.Choose(1, 5), Gen.Elements(7, 8, 9, 15, 16, 17, 31, 33));

    private static readonly Gen<OperandLayout> _layout = Gen.Elements(Enum.GetValues<OperandLayout>());

    // A tensor of one to four axes, under any layout.
    private static readonly Gen<Tensor> _tensor =
        from rank in Gen.Choose(1, 4)
        from sizes in Gen.ArrayOf(_size, rank)
        from layout in _layout
        from seed in Gen.Choose(1, 1000)
        select Make(Shrunk(sizes), layout, seed);

    [Fact]
    public void BroadcastingIsAnExplicitLoop() => Holds(
        from left in _tensor
        from keep in Gen.ArrayOf(Gen.Choose(0, 1), 4)
        from missing in Gen.Choose(0, 4)
        from layout in _layout
        select (Left: left, Right: Narrowed(left.Shape, keep, missing, layout)),
        pair =>
        {
            Tensor y = pair.Left - pair.Right, z = pair.Right - pair.Left;
            float[] left = pair.Left.ToArray(), right = pair.Right.ToArray(), difference = y.ToArray(), opposite = z.ToArray();
            bool same = y.Shape == pair.Left.Shape;
            for (int i = 0; i < left.Length; i++)
            {
                float expected = left[i] - right[BroadcastIndex(i, pair.Left.Shape, pair.Right.Shape)];
                same &= difference[i] == expected && opposite[i] == -expected;
            }

            return same;
        });

    [Fact]
    public void ReshapingGoesBackAndForth() => Holds(_tensor, x =>
        Same(x, x.Reshape(new Shape((int)x.Count)).Reshape(x.Shape)) && Same(x, x.Reshape(x.Shape.Insert(0, 1).Insert(-1, 1)).Reshape(x.Shape)) && Same(x, x.Contiguous()));

    [Fact]
    public void PermutingGoesBackAndForth() => Holds(
        from x in _tensor
        from seed in Gen.Choose(0, 1000)
        select (X: x, Order: Permutation(x.Rank, seed)),
        pair =>
        {
            int[] inverse = new int[pair.Order.Length];
            for (int i = 0; i < inverse.Length; i++)
            {
                inverse[pair.Order[i]] = i;
            }

            Tensor y = pair.X.Permute(pair.Order);
            return Same(pair.X, y.Permute(inverse)) && Same(pair.X, y.Contiguous().Permute(inverse)) && Same(y.Contiguous(), y.Reshape(y.Shape.Insert(0, 1)).Reshape(y.Shape));
        });

    [Fact]
    public void JoiningThePartsGivesTheWhole() => Holds(
        from x in _tensor
        from axis in Gen.Choose(0, x.Rank - 1)
        from cut in Gen.Choose(0, x.Shape[axis])
        select (X: x, Axis: axis, Cut: cut),
        test => Same(test.X, TensorOperators.Concat(test.Axis, test.X.Split(test.Axis, test.Cut, test.X.Shape[test.Axis] - test.Cut)))
            && Same(test.X, test.X.Pad(test.Axis, test.Cut, 2, 9).Slice(test.Axis, test.Cut, test.X.Shape[test.Axis])));

    [Fact]
    public void TheOrderOfSummedAxesDoesNotMatter() => Holds(
        from x in _tensor
        from seed in Gen.Choose(0, 1000)
        from count in Gen.Choose(0, x.Rank)
        select (X: x, Axes: Permutation(x.Rank, seed)[..count]),
        test =>
        {
            int[] reversed = [.. test.Axes.Reverse().Select(axis => axis - test.X.Rank)];
            Tensor sum = test.X.Sum(test.Axes), again = test.X.Sum(reversed), kept = test.X.Sum(test.Axes, keepAxes: true), stepwise = test.X;
            foreach (int axis in test.Axes)
            {
                stepwise = stepwise.Sum([axis], keepAxes: true);
            }

            return Same(sum, again) && Same(sum, kept.Reshape(sum.Shape)) && Near(kept, stepwise, 1e-4f)
                && Near(kept, test.X.Mean(test.Axes, keepAxes: true) * ((float)test.X.Count / kept.Count), 1e-4f);
        });

    [Fact]
    public void SoftmaxRowsSumToOne() => Holds(_tensor, x =>
    {
        Tensor y = (x * 8).Softmax();
        return y.ToArray().All(value => value is >= 0 and <= 1) && y.Sum([-1]).ToArray().All(sum => Math.Abs(sum - 1) < 1e-5) && Near((x * 8).LogSoftmax().Exp(), y, 1e-5f);
    });

    [Fact]
    public void SoftmaxIgnoresAShift() => Holds(_tensor, x => Near((x + 3).Softmax(), x.Softmax(), 1e-5f) && Near((x + 3).LogSumExp([-1]), x.LogSumExp([-1]) + 3, 1e-4f));

    [Fact]
    public void LinearIsAMatrixProductAndABias() => Holds(
        from x in _tensor
        from outputs in _size
        from layout in _layout
        select (X: x, Weight: Make([outputs, x.Shape[-1]], layout, 3), Bias: Make([outputs], layout, 4)),
        test =>
        {
            Tensor rows = test.X.Rank == 1 ? test.X.Reshape(new Shape(1, test.X.Shape[0])) : test.X;
            Tensor expected = rows.MatMul(test.Weight.Transpose()) + test.Bias;
            return Near(rows.Linear(test.Weight, test.Bias), expected, 1e-4f) && Near(rows.Linear(test.Weight, test.Bias, Activation.Gelu), expected.Gelu(), 1e-4f)
                && Near(test.X.Linear(test.Weight), test.X.Linear(test.Weight.Contiguous()), 1e-5f);
        });

    [Fact]
    public void MatrixProductsAreTripleLoops() => Holds(
        from m in _size
        from k in _size
        from n in _size
        from left in _layout
        from right in _layout
        select (A: Make([m, k], left, 5), B: Make([k, n], right, 6)),
        test =>
        {
            float[] a = test.A.ToArray(), b = test.B.ToArray(), y = test.A.MatMul(test.B).ToArray();
            int inner = test.A.Shape[1], columns = test.B.Shape[1];
            return Enumerable.Range(0, y.Length).All(i =>
            {
                double sum = Enumerable.Range(0, inner).Sum(j => (double)a[(i / columns * inner) + j] * b[(j * columns) + (i % columns)]);
                return Math.Abs(sum - y[i]) < 1e-4;
            });
        });

    [Fact]
    public void GatheringWhatWasScattered() => Holds(
        from x in _tensor
        from axis in Gen.Choose(0, x.Rank - 1)
        from seed in Gen.Choose(0, 1000)
        select (X: x, Axis: axis, Order: Permutation(x.Shape[axis], seed)),
        test =>
        {
            Shape along = new Shape([.. Enumerable.Repeat(1, test.X.Rank)]).With(test.Axis, test.Order.Length);
            Tensor order = Tensor.From(test.Order, new Shape(test.Order.Length));
            Tensor everywhere = Tensor.From(test.Order, along).Expand(test.X.Shape);
            Tensor picked = test.X.IndexSelect(test.Axis, order);
            return Same(picked, test.X.Gather(test.Axis, everywhere)) && Same(test.X, Tensor.Zeros(test.X.Shape).ScatterAdd(test.Axis, everywhere, picked));
        });

    [Fact]
    public void TheLargestComeFirst() => Holds(
        from x in _tensor
        from k in Gen.Choose(1, x.Shape[-1])
        select (X: x, K: k),
        test =>
        {
            (Tensor values, Tensor places) = test.X.TopK(test.K);
            int width = test.X.Shape[-1];
            float[][] sorted = [.. test.X.ToArray().Chunk(width).Select(row => row.OrderDescending().Take(test.K).ToArray())];
            return values.ToArray().SequenceEqual(sorted.SelectMany(row => row)) && Same(values, test.X.Gather(-1, places))
                && Same(test.X.Max([-1]), values.Slice(-1, 0, 1).Reshape(test.X.Shape.Without(-1)))
                && test.X.ArgMax().ToInt32Array().SequenceEqual(places.Slice(-1, 0, 1).ToInt32Array());
        });

    [Fact]
    public void RunningSumsEndInTheSum() => Holds(
        from x in _tensor
        from axis in Gen.Choose(0, x.Rank - 1)
        select (X: x, Axis: axis),
        test =>
        {
            int size = test.X.Shape[test.Axis];
            Tensor sum = test.X.Sum([test.Axis], keepAxes: true), forward = test.X.CumulativeSum(test.Axis), backward = test.X.CumulativeSum(test.Axis, reverse: true);
            return Near(sum, forward.Slice(test.Axis, size - 1, 1), 1e-4f) && Near(sum, backward.Slice(test.Axis, 0, 1), 1e-4f) && Near(forward + backward - test.X, sum.Expand(test.X.Shape), 1e-4f);
        });

    [Fact]
    public void NormalisedRowsHaveMeanZeroAndVarianceOne() => Holds(
        from x in _tensor
        where x.Shape[-1] >= 7
        select x,
        x =>
        {
            // A ramp keeps rows that repeat one value from having no variance at all.
            int width = x.Shape[-1];
            x += Tensor.From([.. Enumerable.Range(0, width).Select(i => i * 0.3f)], new Shape(width));
            Tensor y = x.LayerNorm(Tensor.Ones(new Shape(width)), Tensor.Zeros(new Shape(width)), 1e-9f);
            Tensor r = x.RmsNorm(Tensor.Ones(new Shape(width)), 1e-9f);
            return y.Mean([-1]).ToArray().All(mean => Math.Abs(mean) < 1e-4) && (y * y).Mean([-1]).ToArray().All(variance => Math.Abs(variance - 1) < 1e-3)
                && (r * r).Mean([-1]).ToArray().All(square => Math.Abs(square - 1) < 1e-4);
        });

    private static void Holds<T>(Gen<T> values, Func<T, bool> property) =>
        Prop.ForAll(values.ToArbitrary(), property).Check(Config.QuickThrowOnFailure.WithMaxTest(150));

    // At most about ten thousand elements.
    private static int[] Shrunk(int[] sizes)
    {
        for (int i = 0; sizes.Aggregate(1L, (count, size) => count * size) > 10_000; i++)
        {
            sizes[i % sizes.Length] = (sizes[i % sizes.Length] + 1) / 2;
        }

        return sizes;
    }

    private static Tensor Make(int[] sizes, OperandLayout layout, int seed)
    {
        OperatorOperand operand = new(new Shape(sizes), (count, random) => [.. Enumerable.Range(0, count).Select(_ => (2 * random.NextSingle()) - 1)]);
        return operand.View(operand.Leaf(layout, seed, Device.Cpu), layout);
    }

    // The shape without some leading axes and with size 1 at others.
    private static Tensor Narrowed(Shape shape, int[] keep, int missing, OperandLayout layout) =>
        Make([.. shape.ToArray().Select((size, axis) => keep[axis] == 1 ? size : 1).Skip(Math.Min(missing, shape.Rank))], layout, 2);

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
        a.Shape == b.Shape && a.ToArray().Zip(b.ToArray()).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance * (1 + Math.Abs(pair.Second)));
}

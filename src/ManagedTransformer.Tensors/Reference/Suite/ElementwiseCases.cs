using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Cases of functions of two arguments, selection, copies, fills and conversions.</summary>
internal static class ElementwiseCases
{
    private static readonly Tolerance _rounding = new(2e-7, 1e-37);

    /// <summary>A shape and the strides of two operands over it.</summary>
    private sealed record Layout(string Name, int[] Sizes, long[] Left, long[] Right)
    {
        public Shape Shape => new(Sizes);

        public Operand LeftOf(DeviceBuffer buffer) => new(buffer, ToStrides(Left));

        public Operand RightOf(DeviceBuffer buffer) => new(buffer, ToStrides(Right));

        public long LeftExtent => Extent(Left);

        public long RightExtent => Extent(Right);

        private long Extent(long[] strides) => Shape.Count == 0 ? 0 : 1 + strides.Zip(Sizes, (stride, size) => stride * (size - 1)).Sum();
    }

    private static readonly Layout[] _layouts =
    [
        new("scalars", [], [], []),
        new("row over matrix", [5, 33], [33, 1], [0, 1]),
        new("row over long matrix", [401, 260], [260, 1], [0, 1]),
        new("column over matrix", [9, 37], [37, 1], [1, 0]),
        new("matrix under column", [9, 37], [1, 0], [37, 1]),
        new("scalar over matrix", [7, 19], [19, 1], [0, 0]),
        new("scalar over many", [100_003], [0], [1]),
        new("column and row", [13, 21], [1, 0], [0, 1]),
        new("transposed", [18, 35], [35, 1], [1, 18]),
        new("every second element", [3, 40], [80, 2], [40, 1]),
        new("padded rows", [6, 17], [20, 1], [17, 1]),
        new("middle axis", [4, 3, 18], [54, 18, 1], [18, 0, 1]),
        new("per head", [2, 3, 5, 17], [255, 85, 17, 1], [0, 1, 0, 0]),
        new("six axes", [2, 1, 3, 2, 2, 5], [60, 60, 20, 10, 5, 1], [0, 0, 5, 0, 15, 1]),
        new("empty", [3, 0, 4], [0, 4, 1], [0, 4, 1]),
        new("sizes of one", [1, 1, 50, 1], [7, 9, 1, 3], [0, 0, 1, 0]),
    ];

    public static IEnumerable<KernelCase> All =>
    [
        .. Enum.GetValues<BinaryOp>().Select(op => new KernelCase("Binary", $"{op}", run => Binary(run, op))),
        new("Binary", "layouts", BinaryLayouts),
        new("Binary", "special values", BinarySpecial),
        new("Binary", "many elements", BinaryMany),
        new("Select", "layouts", SelectLayouts),
        new("Copy", "layouts", CopyLayouts),
        new("Fill", "counts", Fill),
        new("AddScaled", "counts", AddScaled),
        new("ToBFloat16", "counts and special values", ToBFloat16),
        new("FromBFloat16", "counts and special values", FromBFloat16),
    ];

    private static void Binary(KernelRun run, BinaryOp op)
    {
        Tolerance tolerance = op is BinaryOp.Power ? new(1e-5, 0) : _rounding;
        DeviceBuffer Operand(int count, int offset) => op switch
        {
            BinaryOp.Power or BinaryOp.Divide => run.Numbers(count, 0.1f, 4, offset),
            >= BinaryOp.Equal => run.WholeNumbers(count, 0, 3, offset),
            _ => run.Numbers(count, -3, 3, offset),
        };
        foreach (int count in KernelSuite.Counts)
        {
            Shape shape = new(count);
            Strides unit = Strides.Contiguous(shape);
            DeviceBuffer a = Operand(count, count % 4), b = Operand(count, count % 3),
                y = run.Output($"[{count}]", count, tolerance, count % 2);
            run.Kernels.Elementwise.Binary(op, new(a, unit), new(b, unit), y, shape);
            run.Kernels.Elementwise.Binary(op, new(a, unit), new(b, unit), run.Compared($"[{count}] into a", a, count, tolerance), shape);
            DeviceBuffer c = Operand(count, 1);
            run.Kernels.Elementwise.Binary(op, new(c, unit), new(b, unit), run.Compared($"[{count}] into b", b, count, tolerance), shape);
            run.Kernels.Elementwise.Binary(op, new(c, unit), new(Operand(1, 0), default),
                run.Output($"[{count}] with scalar", count, tolerance), shape);
        }
    }

    private static void BinaryLayouts(KernelRun run)
    {
        foreach (Layout layout in _layouts)
        {
            foreach (BinaryOp op in new[] { BinaryOp.Add, BinaryOp.Subtract, BinaryOp.Multiply, BinaryOp.Divide, BinaryOp.Maximum,
                BinaryOp.Greater })
            {
                DeviceBuffer a = run.Numbers(layout.LeftExtent, 0.5f, 2, 1), b = run.Numbers(layout.RightExtent, 0.5f, 2, 3);
                DeviceBuffer y = run.Output($"{op}, {layout.Name}", layout.Shape.Count, _rounding, 2);
                run.Kernels.Elementwise.Binary(op, layout.LeftOf(a), layout.RightOf(b), y, layout.Shape);
            }
        }
    }

    private static void BinarySpecial(KernelRun run)
    {
        float[] values = [0, 1, -2, float.PositiveInfinity, float.NegativeInfinity, float.NaN, float.MaxValue, 1e-40f];
        float[] left = [.. values.SelectMany(value => Enumerable.Repeat(value, values.Length))];
        float[] right = [.. Enumerable.Repeat(values, values.Length).SelectMany(row => row)];
        // What Maximum and Minimum give for NaN is left open.
        foreach (BinaryOp op in Enum.GetValues<BinaryOp>().Except([BinaryOp.Maximum, BinaryOp.Minimum, BinaryOp.Power]))
        {
            Check(op, left, right);
        }

        Check(BinaryOp.Power, [2, -2, -2, -2, 5, 0, 0, 0, 1, -1], [3, 3, -1, 2, 0, 0, 2, 0.5f, -7.5f, 5]);
        const float Inf = float.PositiveInfinity, NaN = float.NaN;
        Check(BinaryOp.Power, [1.0000001f, 3, 0.5f, 10, 10, 10, -10, -8, 2, 2, 0.5f, -1, -1],
            [1e8f, 80, 140, 40, -50, -37.5f, 41, 0.25f, Inf, -Inf, Inf, Inf, 16777217]);
        Check(BinaryOp.Power, [Inf, Inf, -Inf, -Inf, -Inf, 0, -0f, 0, 1, NaN, NaN, 2, 1e-40f],
            [0.5f, -1, 3, -3, 0.5f, -2, -3, Inf, NaN, 0, 1, NaN, 0.5f]);

        void Check(BinaryOp op, float[] a, float[] b)
        {
            Shape shape = new(a.Length);
            Strides unit = Strides.Contiguous(shape);
            DeviceBuffer y = run.Output($"{op}", a.Length, op is BinaryOp.Power ? new(1e-5, 0) : _rounding);
            run.Kernels.Elementwise.Binary(op, new(run.Values(a), unit), new(run.Values(b), unit), y, shape);
        }
    }

    private static void BinaryMany(KernelRun run)
    {
        Shape shape = new(1_200_003);
        Strides unit = Strides.Contiguous(shape);
        DeviceBuffer a = run.Numbers(shape.Count, offset: 1), b = run.Numbers(shape.Count);
        run.Kernels.Elementwise.Binary(BinaryOp.Subtract, new(a, unit), new(b, unit), run.Output("arrays", shape.Count, _rounding), shape);
        run.Kernels.Elementwise.Binary(BinaryOp.Multiply, new(run.Numbers(1), default), new(b, unit),
            run.Output("scalar", shape.Count, _rounding, 3), shape);
        run.Kernels.Elementwise.AddScaled(run.Compared("added", a, shape.Count, new(3e-7, 3e-7)), b, shape.Count, 0.3f);
    }

    private static void SelectLayouts(KernelRun run)
    {
        foreach (Layout layout in _layouts)
        {
            DeviceBuffer a = run.Numbers(layout.LeftExtent, offset: 1), b = run.Numbers(layout.RightExtent),
                first = run.WholeNumbers(layout.LeftExtent, -1, 2);
            run.Kernels.Elementwise.Select(layout.LeftOf(first), layout.LeftOf(a), layout.RightOf(b),
                run.Output($"condition like a, {layout.Name}", layout.Shape.Count, Tolerance.Exact), layout.Shape);
            DeviceBuffer second = run.WholeNumbers(layout.RightExtent, 0, 2, 3);
            run.Kernels.Elementwise.Select(layout.RightOf(second), layout.LeftOf(a), layout.RightOf(b),
                run.Output($"condition like b, {layout.Name}", layout.Shape.Count, Tolerance.Exact), layout.Shape);
        }

        foreach (int count in KernelSuite.Counts)
        {
            Shape shape = new(count);
            Strides unit = Strides.Contiguous(shape);
            DeviceBuffer condition = run.WholeNumbers(count, 0, 2, 1), a = run.Numbers(count, offset: 3),
                b = run.Values([float.NegativeInfinity]);
            run.Kernels.Elementwise.Select(new(condition, unit), new(a, unit), new(b, default),
                run.Compared($"[{count}] into a", a, count, Tolerance.Exact), shape);
        }
    }

    private static void CopyLayouts(KernelRun run)
    {
        foreach (Layout layout in _layouts)
        {
            Strides packed = Strides.Contiguous(layout.Shape);
            DeviceBuffer a = run.Indices(layout.LeftExtent, 1 << 30, 1), b = run.Numbers(layout.RightExtent, offset: 3);
            run.Kernels.Elementwise.Copy(layout.LeftOf(a),
                new(run.Output($"from a, {layout.Name}", layout.Shape.Count, Tolerance.Exact, 1, DType.Int32), packed), layout.Shape);
            run.Kernels.Elementwise.Copy(layout.RightOf(b),
                new(run.Output($"from b, {layout.Name}", layout.Shape.Count, Tolerance.Exact, 2), packed), layout.Shape);
            if (layout.Left.All(stride => stride > 0))
            {
                DeviceBuffer source = run.Numbers(layout.Shape.Count),
                    place = run.Output($"into a, {layout.Name}", layout.LeftExtent, Tolerance.Exact, 1);
                run.Kernels.Elementwise.Copy(new(source, packed), layout.LeftOf(place), layout.Shape);
            }
        }

        Shape large = new(3, 211, 310);
        Strides swapped = ToStrides([65_410, 1, 211]);
        DeviceBuffer matrix = run.Numbers(large.Count);
        run.Kernels.Elementwise.Copy(new(matrix, swapped),
            new(run.Output("large transposition", large.Count, Tolerance.Exact), Strides.Contiguous(large)), large);
    }

    private static void Fill(KernelRun run)
    {
        foreach (int count in KernelSuite.Counts)
        {
            run.Kernels.Elementwise.Fill(run.Output($"[{count}]", count, Tolerance.Exact, count % 4), count, count % 2 == 0 ? 0 : -1.5f);
        }
    }

    private static void AddScaled(KernelRun run)
    {
        foreach (int count in KernelSuite.Counts)
        {
            DeviceBuffer y = run.Compared($"[{count}]", run.Numbers(count, offset: count % 4), count, new(3e-7, 3e-7));
            run.Kernels.Elementwise.AddScaled(y, run.Numbers(count, offset: count % 3), count, -0.7f);
        }
    }

    private static void ToBFloat16(KernelRun run)
    {
        foreach (int count in KernelSuite.Counts)
        {
            DeviceBuffer y = run.Output($"[{count}]", count, Tolerance.Exact, count % 3, DType.BFloat16);
            run.Kernels.Elementwise.ToBFloat16(run.Numbers(count, -100, 100, count % 4), y, count);
        }

        uint[] bits = [0x3F808000, 0x3F818000, 0x3F807FFF, 0x3F808001, 0x7F7FFFFF, 0x7F800000, 0xFF800000, 0x7F800001, 0xFFFFFFFF,
            0x7FC00000, 0x00000001, 0x80000000];
        float[] values = [.. Enumerable.Repeat(bits, 5).SelectMany(row => row).Select(BitConverter.UInt32BitsToSingle)];
        run.Kernels.Elementwise.ToBFloat16(run.Values(values),
            run.Output("ties, infinities, NaN", values.Length, Tolerance.Exact, 0, DType.BFloat16), values.Length);
    }

    private static void FromBFloat16(KernelRun run)
    {
        ushort[] all = [.. Enumerable.Range(0, 1 << 16).Select(bits => (ushort)bits)];
        run.Kernels.Elementwise.FromBFloat16(run.Halves(all), run.Output("every value", all.Length, Tolerance.Exact), all.Length);
        foreach (int count in Enumerable.Range(0, 71))
        {
            run.Kernels.Elementwise.FromBFloat16(run.Halves(all.AsSpan(16_000, count), count % 4),
                run.Output($"[{count}]", count, Tolerance.Exact, count % 3), count);
        }
    }

    private static Strides ToStrides(long[] values)
    {
        Strides strides = default;
        for (int axis = 0; axis < values.Length; axis++)
        {
            strides[axis] = values[axis];
        }

        return strides;
    }
}

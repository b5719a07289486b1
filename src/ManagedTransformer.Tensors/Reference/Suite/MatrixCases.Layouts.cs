using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

// Products whose matrices lie in memory in ways of their own, or hold numbers of their own.
internal static partial class MatrixCases
{
    private static void SharedRight(KernelRun run)
    {
        const int Batch = 5, M = 9, N = 40, K = 33;
        var problem = new MatMulProblem
        {
            Batch = Batch,
            M = M,
            N = N,
            K = K,
            Alpha = 1,
            A = run.Numbers(Batch * M * K),
            StrideA = K,
            BatchStrideA = M * K,
            B = run.Numbers(K * N),
            StrideB = N,
            BatchStrideB = 0,
            C = run.Output("shared right matrix", Batch * M * N, ToleranceFor(K)),
            StrideC = N,
            BatchStrideC = M * N,
        };
        run.Kernels.Matrix.MatMul(problem);

        problem.C = run.Output("shared right matrix, biases apart", Batch * M * N, ToleranceFor(K));
        (problem.Bias, problem.BatchStrideBias) = (run.Numbers(Batch * N), N);
        run.Kernels.Matrix.MatMul(problem);
    }

    // Matrices of a head are columns of a wider one: rows far apart, batches close together.
    private static void Heads(KernelRun run)
    {
        const int Heads = 6, Time = 21, Width = 19;
        var problem = new MatMulProblem
        {
            Batch = Heads,
            M = Time,
            N = Width,
            K = Width,
            Alpha = 1,
            A = run.Numbers(Time * Heads * Width, offset: 1),
            StrideA = Heads * Width,
            BatchStrideA = Width,
            B = run.Numbers(Heads * Width * Width),
            StrideB = Width,
            BatchStrideB = Width * Width,
            Bias = run.Numbers(Heads * Width, offset: 1),
            BatchStrideBias = Width,
            C = run.Output("heads", Time * Heads * Width, ToleranceFor(Width), 3),
            StrideC = Heads * Width,
            BatchStrideC = Width,
        };
        run.Kernels.Matrix.MatMul(problem);
    }

    private static void RightHalves(KernelRun run)
    {
        foreach ((int m, int n, int k) in _smallSizes.Concat(_vectorSizes).Concat(_largeSizes))
        {
            MultiplyHalves(run, m, n, k, k + 3, 1);
        }
    }

    // Rows of B start at multiples of 16 bytes, or of 4.
    private static void AlignedHalves(KernelRun run)
    {
        foreach ((int m, int n, int k) in new[] { (9, 100, 16), (33, 40, 48), (70, 65, 101), (129, 130, 70), (12, 9, 1200) })
        {
            MultiplyHalves(run, m, n, k, (k + 7) / 8 * 8, 0);
            MultiplyHalves(run, m, n, k, k + 4 - (k % 2), 2);
        }
    }

    private static void MultiplyHalves(KernelRun run, int m, int n, int k, int stride, int offset)
    {
        ushort[] halves = [.. Enumerable.Range(0, n * stride).Select(i => (ushort)((i % 3 == 0 ? 0xBE00 : 0x3E00) + (i * 89 % 257)))];
        var problem = new MatMulProblem
        {
            Batch = 1,
            M = m,
            N = n,
            K = k,
            TransposeB = true,
            TypeOfB = DType.BFloat16,
            Alpha = 0.5f,
            A = run.Numbers(m * k, offset: offset),
            StrideA = k,
            B = run.Halves(halves, offset),
            StrideB = stride,
            C = run.Output($"[{m}, {n}, {k}], stride {stride}", m * n, ToleranceFor(k), 2),
            StrideC = n,
            Bias = run.Numbers(n, offset: 1),
            Activation = Activation.Relu,
        };
        run.Kernels.Matrix.MatMul(problem);
    }

    private static void Special(KernelRun run)
    {
        float[] a = [1, 0, 2, float.PositiveInfinity, 1, 1, float.NaN, 0, 0, 1e30f, 1e30f, 1e30f], b = [1, 2, 3, 4, 5, 6];
        run.Kernels.Matrix.MatMul(MatMulProblem.Single(4, 2, 3, run.Values(a), 3, false, run.Values(b), 2, false,
            run.Output("special values", 8, ToleranceFor(3)), 2));
    }

    // Large enough for every kind of kernel; zeros meet infinities, the largest number a factor below 1.
    private static void SpecialTile(KernelRun run)
    {
        const int M = 70, N = 66, K = 40;
        float[] a = Pattern(M * K), b = Pattern(K * N);
        (a[(5 * K) + 3], a[(20 * K) + 7]) = (float.PositiveInfinity, float.NegativeInfinity);
        (a[33 * K], a[(69 * K) + 39]) = (float.NaN, float.MaxValue);
        (b[(2 * N) + 10], b[(3 * N) + 4], b[(7 * N) + 65], b[(12 * N) + 30]) = (float.NegativeInfinity, 0, 0, float.NaN);
        run.Kernels.Matrix.MatMul(MatMulProblem.Single(M, N, K, run.Values(a), K, false, run.Values(b), N, false,
            run.Output("special values in a tile", M * N, ToleranceFor(K)), N));

        static float[] Pattern(int count) => [.. Enumerable.Range(0, count).Select(i => ((i * 37 % 101) - 50.25f) / 64)];
    }
}

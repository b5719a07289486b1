using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Cases of matrix products: sizes around every tile, all transpose forms, strides, batches and epilogues.</summary>
internal static partial class MatrixCases
{
    private static readonly (int M, int N, int K)[] _smallSizes =
    [
        (1, 1, 1), (1, 2, 3), (2, 1, 5), (3, 5, 1), (5, 7, 9), (4, 16, 16), (6, 8, 4), (7, 15, 17), (8, 33, 31), (11, 31, 33), (12, 32, 32),
        (13, 33, 65), (16, 17, 70), (17, 64, 8), (23, 12, 40), (25, 63, 19), (31, 65, 5), (33, 16, 64), (48, 70, 24), (70, 48, 33),
        (0, 5, 5), (5, 0, 5), (1, 0, 0), (4, 4, 0), (1, 17, 0),
    ];

    private static readonly (int M, int N, int K)[] _vectorSizes =
        [(1, 300, 70), (1, 70, 300), (1, 1, 1000), (2, 513, 129), (3, 33, 700), (300, 1, 70), (70, 1, 300), (513, 3, 40), (1, 3001, 257)];

    private static readonly (int M, int N, int K)[] _largeSizes =
        [(97, 130, 401), (200, 300, 100), (129, 65, 800), (20, 1000, 50), (400, 33, 60), (7, 260, 900)];

    // Around the tiles of GPUs, each with another pair of transposes.
    private static readonly (int M, int N, int K)[] _edgeSizes =
    [
        (63, 65, 33), (65, 63, 31), (64, 64, 32), (66, 128, 64), (127, 129, 40), (129, 127, 36), (128, 132, 68), (130, 65, 100),
    ];

    // Few elements and many products: K is worth cutting into parts.
    private static readonly (int Batch, int M, int N, int K)[] _deepSizes =
    [
        (1, 9, 9, 3000), (1, 16, 20, 2111), (2, 33, 10, 700), (1, 64, 40, 1540),
        (1, 1, 5, 9000), (1, 3, 2, 5000), (1, 100, 5, 2600), (2, 8, 12, 4099),
    ];

    private static readonly bool[] _noAndYes = [false, true];

    public static IEnumerable<KernelCase> All =>
    [
        .. Sizes("small", _smallSizes),
        .. Sizes("vectors", _vectorSizes),
        .. Sizes("large", _largeSizes),
        .. Enum.GetValues<Activation>()
            .Select(activation => new KernelCase("MatMul", $"bias and {activation}", run => Epilogues(run, activation))),
        new("MatMul", "edges of tiles", Edges),
        new("MatMul", "long sums", LongSums),
        new("MatMul", "whole numbers", WholeNumbers),
        new("MatMul", "right matrix of BFloat16", RightHalves),
        new("MatMul", "right matrix of BFloat16, aligned", AlignedHalves),
        new("MatMul", "batches", Batches),
        new("MatMul", "batches with a shared right matrix", SharedRight),
        new("MatMul", "heads inside rows", Heads),
        new("MatMul", "infinities and NaN pass through", Special),
        new("MatMul", "infinities and NaN in a tile", SpecialTile),
    ];

    private static IEnumerable<KernelCase> Sizes(string name, (int M, int N, int K)[] sizes) =>
        from a in _noAndYes
        from b in _noAndYes
        select new KernelCase("MatMul", $"{name}, A{(a ? "^T" : "")} B{(b ? "^T" : "")}", run =>
        {
            foreach ((int m, int n, int k) in sizes)
            {
                Multiply(run, new MatMulProblem { Batch = 1, M = m, N = n, K = k, TransposeA = a, TransposeB = b, Alpha = 1 }, 0);
                Multiply(run, new MatMulProblem
                {
                    Batch = 1,
                    M = m,
                    N = n,
                    K = k,
                    TransposeA = a,
                    TransposeB = b,
                    Alpha = -0.5f,
                    Accumulate = true,
                }, 3);
            }
        });

    private static void Epilogues(KernelRun run, Activation activation)
    {
        foreach ((int batch, int m, int n, int k, int padding) in new[] { (1, 1, 70, 33, 0), (1, 5, 33, 17, 0), (1, 13, 65, 70, 3),
            (1, 3, 9, 0, 0), (1, 70, 1, 12, 0), (1, 130, 200, 90, 0), (3, 17, 20, 9, 0), (2, 6, 21, 40, 2), (1, 30, 40, 800, 1) })
        {
            foreach (bool keep in _noAndYes)
            {
                foreach (bool accumulate in _noAndYes)
                {
                    var problem = new MatMulProblem
                    {
                        Batch = batch,
                        M = m,
                        N = n,
                        K = k,
                        TransposeB = true,
                        Alpha = 0.3f,
                        Accumulate = accumulate,
                        Activation = activation,
                        Bias = run.Numbers(n, offset: 1),
                    };
                    Multiply(run, problem, padding, keep);
                }
            }
        }
    }

    private static void Batches(KernelRun run)
    {
        foreach ((int batch, int m, int n, int k) in new[] { (0, 3, 4, 5), (2, 1, 1, 1), (7, 5, 33, 16), (12, 64, 64, 32), (3, 70, 17, 65),
            (40, 1, 48, 20), (33, 20, 1, 9) })
        {
            foreach (bool transpose in _noAndYes)
            {
                var problem = new MatMulProblem
                {
                    Batch = batch,
                    M = m,
                    N = n,
                    K = k,
                    TransposeA = transpose,
                    TransposeB = !transpose,
                    Alpha = 1,
                    Bias = run.Numbers(n),
                };
                Multiply(run, problem, 2);
            }
        }
    }

    private static void Edges(KernelRun run)
    {
        for (int i = 0; i < _edgeSizes.Length; i++)
        {
            (int m, int n, int k) = _edgeSizes[i];
            foreach (int padding in new[] { 0, 4, 1 })
            {
                bool a = i % 2 > 0, b = i / 2 % 2 > 0;
                var problem = new MatMulProblem { Batch = 1, M = m, N = n, K = k, TransposeA = a, TransposeB = b, Alpha = 1 };
                Multiply(run, problem, padding);
            }
        }
    }

    private static void LongSums(KernelRun run)
    {
        for (int i = 0; i < _deepSizes.Length; i++)
        {
            (int batch, int m, int n, int k) = _deepSizes[i];
            foreach (bool whole in _noAndYes)
            {
                var problem = new MatMulProblem
                {
                    Batch = batch,
                    M = m,
                    N = n,
                    K = k,
                    TransposeA = i % 2 > 0,
                    TransposeB = (i / 2 % 2 > 0) == whole,
                    Alpha = 0.5f,
                    Accumulate = whole,
                    Activation = whole ? Activation.Silu : Activation.None,
                    Bias = whole ? run.Numbers(n) : default,
                };
                Multiply(run, problem, whole ? 3 : 0, whole);
            }
        }
    }

    // Exact in every number format that multiplies matrices.
    private static void WholeNumbers(KernelRun run)
    {
        foreach ((int m, int n, int k) in new[] { (5, 70, 90), (40, 50, 60), (64, 128, 40), (129, 130, 50), (20, 30, 1100) })
        {
            foreach (bool transposeA in _noAndYes)
            {
                foreach (bool transposeB in _noAndYes)
                {
                    run.Kernels.Matrix.MatMul(MatMulProblem.Single(m, n, k,
                        run.WholeNumbers(m * k, -8, 9), transposeA ? m : k, transposeA,
                        run.WholeNumbers(k * n, -8, 9), transposeB ? k : n, transposeB,
                        run.Output($"[{m}, {n}, {k}]", m * n, Tolerance.Exact), n));
                }
            }
        }
    }

    /// <summary>
    /// Lays out contiguous batches of matrices whose rows have <paramref name="padding"/> unused elements at their end, and multiplies.
    /// </summary>
    private static void Multiply(KernelRun run, MatMulProblem problem, int padding, bool keepPreActivation = false)
    {
        (int m, int n, int k) = (problem.M, problem.N, problem.K);
        (int rowsA, int widthA) = problem.TransposeA ? (k, m) : (m, k);
        (int rowsB, int widthB) = problem.TransposeB ? (n, k) : (k, n);
        problem.StrideA = widthA + padding;
        problem.StrideB = widthB + padding;
        problem.StrideC = n + padding;
        problem.BatchStrideA = rowsA * problem.StrideA;
        problem.BatchStrideB = rowsB * problem.StrideB;
        problem.BatchStrideC = m * problem.StrideC;
        problem.A = run.Numbers(problem.Batch * problem.BatchStrideA, offset: padding);
        problem.B = run.Numbers(problem.Batch * problem.BatchStrideB, offset: padding / 2);
        string label = $"{problem.Batch} x [{m}, {n}, {k}], padding {padding}, accumulate {problem.Accumulate}";
        long count = problem.Batch * problem.BatchStrideC;
        problem.C = problem.Accumulate
            ? run.Compared(label, run.Numbers(count, offset: padding), count, ToleranceFor(k))
            : run.Output(label, count, ToleranceFor(k), padding);
        if (keepPreActivation)
        {
            problem.PreActivation = run.Output($"pre-activation of {label}", count, ToleranceFor(k));
        }

        run.Kernels.Matrix.MatMul(problem);
    }

    private static Tolerance ToleranceFor(int k) => new(2e-6, 2e-6 * (1 + Math.Sqrt(k)));
}

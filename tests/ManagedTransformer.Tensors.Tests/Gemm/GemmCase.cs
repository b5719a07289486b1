using System.Runtime.Intrinsics;
using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Cpu.Simd;
using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>A matrix product with random contents: run by the kernel and, as the readable truth, by a triple loop in double.</summary>
internal sealed unsafe class GemmCase
{
    private const float Guard = 12345.5f;

    public delegate void Runner(in GemmProblem problem);

    private readonly float[] _a, _b, _c, _bias, _preActivation;

    public GemmCase(int m, int n, int k, bool transposeA, bool transposeB, int seed, int batch = 1, int padding = 0)
    {
        (M, N, K, Batch, TransposeA, TransposeB) = (m, n, k, batch, transposeA, transposeB);
        Lda = (transposeA ? m : k) + padding;
        Ldb = (transposeB ? k : n) + 2 * padding;
        Ldc = n + padding;
        StrideA = (transposeA ? k : m) * Lda + padding;
        StrideB = (transposeB ? n : k) * Ldb + padding;
        StrideC = m * Ldc + padding;
        var random = new Random(seed);
        float[] Fill(int count) => Enumerable.Range(0, count).Select(_ => random.NextSingle() * 2 - 1).ToArray();
        _a = Fill(batch * StrideA);
        _b = Fill(batch * StrideB);
        _c = Fill(batch * StrideC);
        _bias = Fill(n);
        _preActivation = new float[_c.Length];
        for (int i = 0; i < _c.Length; i++)
        {
            if (i % StrideC >= m * Ldc || i % StrideC % Ldc >= n)
            {
                _c[i] = Guard;
            }
        }
    }

    /// <summary>The product with the widest vectors that the processor has.</summary>
    public static Runner Widest { get; } = CpuFeatures.VectorBits switch
    {
        512 => Gemm.Run<Vector512Ops, Vector512<float>>,
        256 => Gemm.Run<Vector256Ops, Vector256<float>>,
        _ => Gemm.Run<Vector128Ops, Vector128<float>>,
    };

    public int M { get; }

    public int N { get; }

    public int K { get; }

    public int Batch { get; }

    public bool TransposeA { get; }

    public bool TransposeB { get; }

    public int Lda { get; }

    public int Ldb { get; }

    public int Ldc { get; }

    public int StrideA { get; set; }

    public int StrideB { get; set; }

    public int StrideC { get; }

    public float Alpha { get; set; } = 1;

    public bool Accumulate { get; set; }

    public bool HasBias { get; set; }

    public Activation Activation { get; set; }

    public bool KeepPreActivation { get; set; }

    public bool BatchInvariant { get; set; }

    /// <summary>The function that computes the product.</summary>
    public Runner Kernel { get; set; } = Widest;

    /// <summary>C after the product, beginning from the same C every time.</summary>
    public float[] Run(out float[] preActivation) => Run(0, M, out preActivation);

    /// <summary>C after the product of some rows of A, in their places.</summary>
    public float[] Run(int first, int rows, out float[] preActivation)
    {
        float[] c = [.. _c];
        preActivation = [.. _preActivation];
        fixed (float* aStart = _a, bStart = _b, cStart = c, bias = _bias, pre = preActivation)
        {
            Kernel(new GemmProblem
            {
                M = rows,
                N = N,
                K = K,
                Batch = Batch,
                A = aStart + (TransposeA ? first : first * Lda),
                Lda = Lda,
                TransposeA = TransposeA,
                BatchStrideA = StrideA,
                B = bStart,
                Ldb = Ldb,
                TransposeB = TransposeB,
                BatchStrideB = StrideB,
                C = cStart + first * Ldc,
                Ldc = Ldc,
                BatchStrideC = StrideC,
                Alpha = Alpha,
                Accumulate = Accumulate,
                Bias = HasBias ? bias : null,
                Activation = Activation,
                PreActivation = KeepPreActivation ? pre + first * Ldc : null,
                BatchInvariant = BatchInvariant,
            });
        }

        return c;
    }

    public void Check()
    {
        float[] c = Run(out float[] preActivation);
        for (int i = 0; i < c.Length; i++)
        {
            (int batch, int row, int column) = (i / StrideC, i % StrideC / Ldc, i % StrideC % Ldc);
            if (row >= M || column >= N)
            {
                Assert.Equal(Guard, c[i]);
                continue;
            }

            double expected = Expected(batch, row, column, out double magnitude);
            double tolerance = 1e-6 * magnitude + 1e-6;
            if (KeepPreActivation)
            {
                Assert.True(Math.Abs(expected - preActivation[i]) <= tolerance,
                    $"before activation, {Describe(batch, row, column)}: {expected} {preActivation[i]}");
            }

            if (Activation == Activation.Relu)
            {
                expected = Math.Max(expected, 0);
            }

            Assert.True(Math.Abs(expected - c[i]) <= tolerance, $"{Describe(batch, row, column)}: expected {expected}, is {c[i]}");
        }
    }

    private double Expected(int batch, int row, int column, out double magnitude)
    {
        double sum = 0;
        magnitude = 0;
        for (int k = 0; k < K; k++)
        {
            double a = _a[batch * StrideA + (TransposeA ? k * Lda + row : row * Lda + k)];
            double b = _b[batch * StrideB + (TransposeB ? column * Ldb + k : k * Ldb + column)];
            sum += a * b;
            magnitude += Math.Abs(a * b);
        }

        double value = Alpha * sum;
        magnitude *= Math.Abs(Alpha);
        if (Accumulate)
        {
            value += _c[batch * StrideC + row * Ldc + column];
        }

        if (HasBias)
        {
            value += _bias[column];
        }

        magnitude += 2;
        return value;
    }

    private string Describe(int batch, int row, int column) =>
        $"{M}x{N}x{K} batch {Batch} {(TransposeA ? 'T' : 'N')}{(TransposeB ? 'T' : 'N')} [{batch}, {row}, {column}]";
}

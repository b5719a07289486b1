using System.Runtime.Intrinsics;
using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Cpu.Simd;
using Xunit;

namespace ManagedTransformer.Tensors.Tests;

[Collection(nameof(WorkerPool))]
public sealed class GemmTests
{
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 1, 1, 1 }, { 1, 1, 300 }, { 1, 300, 1 }, { 300, 1, 1 }, { 5, 3, 0 }, { 300, 1, 65 }, { 1, 513, 129 }, { 1, 1030, 70 },
        { 1, 2100, 13 }, { 2, 1100, 20 }, { 3, 41, 70 }, { 7, 33, 512 }, { 6, 200, 512 }, { 2, 3, 5 }, { 3, 40, 70 }, { 7, 130, 33 },
        { 11, 33, 400 }, { 12, 32, 384 }, { 13, 33, 385 }, { 25, 65, 769 }, { 64, 64, 32 }, { 70, 4, 50 }, { 70, 5, 50 }, { 97, 17, 16 },
        { 96, 48, 16 }, { 100, 16, 40 }, { 33, 8, 512 }, { 17, 300, 1024 }, { 130, 270, 60 }, { 50, 100, 1600 }, { 2310, 9, 7 },
        { 13, 2060, 9 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void MatchesTheTripleLoop(int m, int n, int k)
    {
        foreach ((bool transposeA, bool transposeB) in Transposes)
        {
            new GemmCase(m, n, k, transposeA, transposeB, seed: m + n + k).Check();
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void MatchesWithStridesAlphaAccumulationBiasAndActivation(int m, int n, int k)
    {
        foreach ((bool transposeA, bool transposeB) in Transposes)
        {
            new GemmCase(m, n, k, transposeA, transposeB, seed: m + n + k, padding: 3)
            {
                Alpha = -0.7f,
                Accumulate = true,
                HasBias = true,
                Activation = Activation.Relu,
                KeepPreActivation = true,
            }.Check();
        }
    }

    [Fact]
    public void MatchesAtRandom()
    {
        var random = new Random(7);
        for (int round = 0; round < 300; round++)
        {
            int Size() => 1 + (int)Math.Exp(random.NextDouble() * 4.6);
            new GemmCase(Size(), Size(), Size(), random.Next(2) == 0, random.Next(2) == 0, round, 1 + random.Next(4), random.Next(3))
            {
                Alpha = random.Next(2) == 0 ? 1 : 0.5f,
                Accumulate = random.Next(2) == 0,
                HasBias = random.Next(2) == 0,
                Activation = (Activation)random.Next(2),
                KeepPreActivation = random.Next(2) == 0,
            }.Check();
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void MatchesOnEveryVectorWidth(int m, int n, int k)
    {
        foreach ((bool transposeA, bool transposeB) in Transposes)
        {
            Check(Gemm.RunSingle<Vector512Ops, Vector512<float>, Constants.C12>);
            Check(Gemm.RunSingle<Vector256Ops, Vector256<float>, Constants.C6>);
            Check(Gemm.RunSingle<Vector128Ops, Vector128<float>, Constants.C12>);
            Check(Gemm.RunSingle<Vector128Ops, Vector128<float>, Constants.C6>);

            void Check(GemmCase.Runner kernel) =>
                new GemmCase(m, n, k, transposeA, transposeB, seed: m * n + k, padding: 1) { Kernel = kernel, Accumulate = true }.Check();
        }
    }

    /// <summary>A product that keeps the value before the activation is finished by a pass of its own.</summary>
    [Theory]
    [MemberData(nameof(Shapes))]
    public void WhetherTheMicroKernelFinishesAProductChangesNoBit(int m, int n, int k)
    {
        foreach (GemmCase.Runner kernel in new GemmCase.Runner[]
        {
            Gemm.RunSingle<Vector512Ops, Vector512<float>, Constants.C12>,
            Gemm.RunSingle<Vector256Ops, Vector256<float>, Constants.C6>,
            Gemm.RunSingle<Vector128Ops, Vector128<float>, Constants.C6>,
        })
        {
            foreach ((bool hasBias, bool rectify) in new[] { (true, false), (true, true), (false, true) })
            {
                GemmCase product = new(m, n, k, transposeA: k % 2 == 0, transposeB: n % 2 == 0, seed: m + n + k, padding: 2)
                {
                    Kernel = kernel,
                    Accumulate = m % 2 == 0,
                    HasBias = hasBias,
                    Activation = rectify ? Activation.Relu : Activation.None,
                };
                product.Check();
                float[] finished = product.Run(out _);
                product.KeepPreActivation = true;
                Assert.Equal(product.Run(out _), finished);
            }
        }
    }

    [Theory]
    [InlineData(37, 64, 64, 32)]
    [InlineData(300, 3, 5, 2)]
    [InlineData(3, 200, 160, 150)]
    public void BatchesMatch(int batch, int m, int n, int k)
    {
        foreach ((bool transposeA, bool transposeB) in Transposes)
        {
            new GemmCase(m, n, k, transposeA, transposeB, seed: 3, batch, padding: 1) { HasBias = true, KeepPreActivation = true }.Check();
            new GemmCase(m, n, k, transposeA, transposeB, seed: 4, batch) { StrideA = 0 }.Check();
            new GemmCase(m, n, k, transposeA, transposeB, seed: 5, batch) { StrideB = 0 }.Check();
        }
    }

    [Theory]
    [InlineData(1, 1024, 1030)]
    [InlineData(2, 1500, 700)]
    [InlineData(1, 9000, 100)]
    [InlineData(3, 200, 513)]
    [InlineData(9, 700, 513)]
    [InlineData(700, 3, 513)]
    [InlineData(64, 64, 2048)]
    [InlineData(300, 290, 1000)]
    [InlineData(768, 128, 900)]
    public void TheNumberOfThreadsChangesNoBit(int m, int n, int k)
    {
        foreach ((bool transposeA, bool transposeB) in Transposes)
        {
            var product = new GemmCase(m, n, k, transposeA, transposeB, seed: 11) { HasBias = true };
            AssertSameForAnyThreads(product);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(7)]
    [InlineData(11)]
    public unsafe void WhetherAFactorIsTakenToBeCachedChangesNoBit(int m)
    {
        foreach ((bool transposeA, bool transposeB) in Transposes)
        {
            // B is so large that it stays where it is.
            var product = new GemmCase(m, 201, 513, transposeA, transposeB, seed: 16 + m);
            StreamHistory.IsNear((void*)0x40000, 1 << 30);
            float[] far = product.Run(out _), near = product.Run(out _);
            Assert.Equal(far, near);
        }
    }

    [Fact]
    public void TheNumberOfThreadsChangesNoBitOfABatch()
    {
        AssertSameForAnyThreads(new GemmCase(64, 64, 32, false, true, seed: 12, batch: 40));
        AssertSameForAnyThreads(new GemmCase(200, 170, 160, true, false, seed: 13, batch: 3));
        AssertSameForAnyThreads(new GemmCase(2048, 60, 54, false, true, seed: 14, batch: 4));
        AssertSameForAnyThreads(new GemmCase(60, 54, 2048, true, false, seed: 15, batch: 6));
    }

    [Theory]
    [InlineData(2, 7, 5)]
    [InlineData(3, 2, 64)]
    [InlineData(7, 33, 100)]
    [InlineData(16, 65, 257)]
    [InlineData(19, 3, 1030)]
    [InlineData(40, 90, 129)]
    public void ARowOfABatchInvariantProductIsThatOfTheRowAlone(int m, int n, int k)
    {
        Check(Gemm.Run<Vector512Ops, Vector512<float>>);
        Check(Gemm.Run<Vector256Ops, Vector256<float>>);
        Check(Gemm.Run<Vector128Ops, Vector128<float>>);

        void Check(GemmCase.Runner kernel)
        {
            foreach ((bool transposeA, bool transposeB) in Transposes)
            {
                GemmCase product = new(m, n, k, transposeA, transposeB, seed: m + n, batch: n % 2 + 1, padding: 1)
                {
                    Kernel = kernel,
                    Alpha = 0.7f,
                    Accumulate = k % 2 == 0,
                    HasBias = true,
                    Activation = Activation.Relu,
                    KeepPreActivation = true,
                    BatchInvariant = true,
                };
                product.Check();
                float[] all = product.Run(out float[] allBefore);
                product.BatchInvariant = false;
                for (int row = 0; row < m; row++)
                {
                    float[] alone = product.Run(row, 1, out float[] aloneBefore);
                    for (int batch = 0; batch < product.Batch; batch++)
                    {
                        int start = batch * product.StrideC + row * product.Ldc;
                        Assert.Equal(alone.AsSpan(start, n), all.AsSpan(start, n));
                        Assert.Equal(aloneBefore.AsSpan(start, n), allBefore.AsSpan(start, n));
                    }
                }
            }
        }
    }

    [Fact]
    public void TheNumberOfThreadsChangesNoBitOfABatchInvariantProduct() =>
        AssertSameForAnyThreads(new GemmCase(33, 700, 513, false, true, seed: 17) { BatchInvariant = true, HasBias = true });

    [Fact]
    public void AProductAllocatesNothing()
    {
        // Whoever changes the number of threads meanwhile makes the next product start some.
        Assert.Equal([0], ThreadCounts.ForEach([2], AllocatedByAProduct));
    }

    private static unsafe long AllocatedByAProduct()
    {
        var product = new GemmProblem { M = 64, N = 64, K = 64, Lda = 64, Ldb = 64, Ldc = 64 };
        float[] a = new float[4096], b = new float[4096], c = new float[4096];
        fixed (float* pa = a, pb = b, pc = c)
        {
            product.A = pa;
            product.B = pb;
            product.C = pc;
            GemmCase.Widest(product);
            long before = GC.GetAllocatedBytesForCurrentThread();
            GemmCase.Widest(product);
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    private static (bool A, bool B)[] Transposes => [(false, false), (false, true), (true, false), (true, true)];

    private static void AssertSameForAnyThreads(GemmCase product)
    {
        int[] counts = [1, 2, 3, 5];
        float[][] results = ThreadCounts.ForEach(counts, () => product.Run(out _));
        Assert.All(counts.Zip(results), pair => Assert.True(results[0].AsSpan().SequenceEqual(pair.Second), $"{pair.First} threads"));
    }
}

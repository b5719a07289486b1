using System.Runtime.Intrinsics;
using ManagedTransformer.Tensors.Cpu.Simd;
using Xunit;

namespace ManagedTransformer.Tensors.Tests.Simd;

/// <summary>The two orders in which the lanes of a vector are added up: results of kernels depend on them, bit for bit.</summary>
public sealed unsafe class VectorSumTests
{
    [Fact]
    public void SumFoldsHalvesOntoEachOther() => ForEveryWidth(Vector128Ops.Sum, Vector256Ops.Sum, Vector512Ops.Sum, lanes =>
    {
        for (int half = lanes.Length / 2; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
            {
                lanes[i] += lanes[i + half];
            }
        }

        return lanes[0];
    });

    [Fact]
    public void SumNeighboursAddsPairsThenPairsOfPairs() =>
        ForEveryWidth(Vector128Ops.SumNeighbours, Vector256Ops.SumNeighbours, Vector512Ops.SumNeighbours, lanes =>
        {
            for (int count = lanes.Length / 2; count > 0; count /= 2)
            {
                for (int i = 0; i < count; i++)
                {
                    lanes[i] = lanes[2 * i] + lanes[(2 * i) + 1];
                }
            }

            return lanes[0];
        });

    private static void ForEveryWidth(Func<Vector128<float>, float> sum128, Func<Vector256<float>, float> sum256,
        Func<Vector512<float>, float> sum512, Func<float[], float> expected)
    {
        var random = new Random(17);
        for (int round = 0; round < 200; round++)
        {
            float[] lanes = [.. Enumerable.Range(0, 16).Select(_ => (random.NextSingle() - 0.5f) * MathF.Pow(2, random.Next(24)))];
            fixed (float* first = lanes)
            {
                Assert.Equal(expected(lanes[..4]), sum128(Vector128.Load(first)));
                Assert.Equal(expected(lanes[..8]), sum256(Vector256.Load(first)));
                Assert.Equal(expected([.. lanes]), sum512(Vector512.Load(first)));
            }
        }
    }
}

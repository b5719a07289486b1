using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using ManagedTransformer.Tensors.Cpu.Simd;
using Xunit;

namespace ManagedTransformer.Tensors.Tests.Simd;

/// <summary>Sums of many vectors at once against those of one vector after the other, bit for bit.</summary>
public sealed unsafe class LaneSumsTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(8)]
    [InlineData(16)]
    [InlineData(37)]
    public void SumsOfManyVectorsHaveTheBitsOfEachAlone(int vectors)
    {
        Check<Vector128Ops, Vector128<float>>(vectors);
        Check<Vector256Ops, Vector256<float>>(vectors);
        Check<Vector512Ops, Vector512<float>>(vectors);
    }

    private static void Check<TOps, TVector>(int vectors)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        var random = new Random(vectors);
        int room = LaneSums<TOps, TVector>.Room(vectors);
        float* lanes = (float*)NativeMemory.AlignedAlloc((nuint)room * sizeof(float), 64);
        new Span<float>(lanes, room).Fill(float.NaN);
        float[] expected = new float[vectors], actual = new float[vectors + 1];
        for (int i = 0; i < vectors; i++)
        {
            for (int lane = 0; lane < TOps.Count; lane++)
            {
                lanes[(i * TOps.Count) + lane] = (random.NextSingle() - 0.5f) * MathF.Pow(2, random.Next(24));
            }

            expected[i] = TOps.Sum(TOps.Load(lanes + (i * TOps.Count)));
        }

        actual[vectors] = 5;
        fixed (float* sums = actual)
        {
            LaneSums<TOps, TVector>.Run(lanes, vectors, sums);
        }

        NativeMemory.AlignedFree(lanes);
        Assert.Equal([.. expected, 5], actual);
    }
}

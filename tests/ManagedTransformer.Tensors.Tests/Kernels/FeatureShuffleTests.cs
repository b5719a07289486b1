using System.Runtime.Intrinsics;
using ManagedTransformer.Tensors.Cpu.Normalization;
using ManagedTransformer.Tensors.Cpu.Simd;
using Xunit;

namespace ManagedTransformer.Tensors.Tests.Kernels;

/// <summary>Features shuffled between groups, at every width of vectors.</summary>
public sealed unsafe class FeatureShuffleTests
{
    [Theory]
    [InlineData(2, 16)]
    [InlineData(2, 35)]
    [InlineData(3, 20)]
    [InlineData(4, 32)]
    [InlineData(4, 41)]
    [InlineData(8, 16)]
    [InlineData(8, 53)]
    public void FeatureJOfGroupKStandsAtPlaceJGroupsPlusKAndGoesBack(int groups, int width)
    {
        Check<Vector128Ops, Vector128<float>>(groups, width);
        Check<Vector256Ops, Vector256<float>>(groups, width);
        Check<Vector512Ops, Vector512<float>>(groups, width);
    }

    private static void Check<TOps, TVector>(int groups, int width)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        float[] x = [.. Enumerable.Range(0, groups * width)], y = new float[x.Length + 1], back = new float[x.Length + 1];
        fixed (float* source = x, shuffled = y, target = back)
        {
            FeatureShuffle<TOps, TVector>.Forward(source, shuffled, groups, width);
            FeatureShuffle<TOps, TVector>.Backward(shuffled, target, groups, width);
        }

        Assert.Equal([.. Enumerable.Range(0, x.Length).Select(i => (float)((i % groups * width) + (i / groups))), 0], y);
        Assert.Equal([.. x, 0], back);
    }
}

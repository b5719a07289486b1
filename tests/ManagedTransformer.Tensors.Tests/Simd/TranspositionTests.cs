using System.Runtime.Intrinsics;
using FsCheck.Xunit;
using ManagedTransformer.Tensors.Cpu.Simd;
using Xunit;

namespace ManagedTransformer.Tensors.Tests.Simd;

/// <summary>
/// Transposed matrices of all sizes against the definition, element by element; what lies around the target stays as it was.
/// </summary>
public sealed unsafe class TranspositionTests
{
    [Property(MaxTest = 200)]
    public void EveryElementMovesToItsPlace(byte rows, byte columns, byte gap, bool scaled)
    {
        int height = rows % 71, width = columns % 37;
        Check<Vector128Ops, Vector128<float>>(height, width, gap % 5, scaled ? 0.25f : 1);
        Check<Vector256Ops, Vector256<float>>(height, width, gap % 5, scaled ? 0.25f : 1);
        Check<Vector512Ops, Vector512<float>>(height, width, gap % 5, scaled ? 0.25f : 1);
    }

    private static void Check<TOps, TVector>(int rows, int columns, int gap, float scale)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        int sourceStride = columns + gap, targetStride = rows + gap;
        float[] source = [.. Enumerable.Range(1, (rows * sourceStride) + 1).Select(i => (float)i)];
        float[] target = new float[(columns * targetStride) + 1];
        float[] expected = new float[target.Length];
        for (int i = 0; i < rows; i++)
        {
            for (int j = 0; j < columns; j++)
            {
                expected[(j * targetStride) + i] = scale * source[(i * sourceStride) + j];
            }
        }

        fixed (float* from = source, to = target)
        {
            Transposition<TOps, TVector>.Transpose(from, sourceStride, rows, columns, to, targetStride, scale);
        }

        Assert.Equal(expected, target);
    }
}

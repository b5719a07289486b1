using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Quantized;

/// <summary>Rows of small integers with scales: their products with floats, and themselves as floats.</summary>
internal static unsafe class CodeProducts<TOps, TVector, TGroups>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
    where TGroups : struct, ICodeGroups<TVector>
{
    private const int GroupSize = QuantizedMatrix.GroupSize;

    /// <summary>Distance, in bytes, at which to ask for data ahead, into the second-level cache, as for floats.</summary>
    private const int Ahead = 4096;

    /// <summary>Product of the first row with floats; <typeparamref name="TFar"/> is 1 if the row comes from memory, else 0.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static float Dot<TFar>(in CodeRows row, float* x)
        where TFar : struct, IConstant
    {
        byte* group = row.Codes;
        ushort* scale = row.Scales;
        TVector even = TOps.Zero, odd = TOps.Zero, upper = TOps.BroadcastBits(0xFFFF0000);
        int left = row.Width;
        for (; left >= 2 * GroupSize; left -= 2 * GroupSize)
        {
            if (Sse.IsSupported && TFar.Value > 0)
            {
                Sse.Prefetch1(group + Ahead);
            }

            // Two scales at once: the first is the lower half of a word.
            TVector pair = TOps.BroadcastBits(*(uint*)scale);
            even = TOps.MultiplyAdd(TGroups.Dot(group, x), TOps.ShiftLeft(pair, 16), even);
            odd = TOps.MultiplyAdd(TGroups.Dot(group + TGroups.Size, x + GroupSize), TOps.And(pair, upper), odd);
            group += 2 * TGroups.Size;
            x += 2 * GroupSize;
            scale += 2;
        }

        if (left >= GroupSize)
        {
            even = TOps.MultiplyAdd(TGroups.Dot(group, x), TOps.Broadcast(Float(*scale++)), even);
            group += TGroups.Size;
            x += GroupSize;
            left -= GroupSize;
        }

        float rest = 0;
        for (int i = 0; i < left; i++)
        {
            rest += TGroups.One(group, i) * x[i];
        }

        float sum = TOps.SumNeighbours(TOps.Add(even, odd));
        return left == 0 ? sum : sum + rest * Float(*scale);
    }

    /// <summary>The first row as floats.</summary>
    public static void Widen(in CodeRows row, float* y)
    {
        byte* group = row.Codes;
        ushort* scale = row.Scales;
        int left = row.Width;
        for (; left >= GroupSize; left -= GroupSize)
        {
            TGroups.Widen(group, TOps.Broadcast(Float(*scale++)), y);
            group += TGroups.Size;
            y += GroupSize;
        }

        for (int i = 0; i < left; i++)
        {
            y[i] = TGroups.One(group, i) * Float(*scale);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Float(ushort half) => BitConverter.UInt32BitsToSingle((uint)half << 16);
}

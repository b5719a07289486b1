using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Elementwise;

/// <summary>Applies a function to one contiguous row on the thread that asks.</summary>
internal static unsafe class RowMap<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>y[i] = f(x[i]).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Apply<TFunction>(TFunction function, float* x, float* y, long count)
        where TFunction : unmanaged, IUnaryFunction<TVector>
    {
        long i = 0;
        for (; i <= count - TOps.Count; i += TOps.Count)
        {
            TOps.Store(function.Value(TOps.Load(x + i)), y + i);
        }

        if (i < count)
        {
            TOps.StoreFirst(function.Value(TOps.LoadFirst(x + i, (int)(count - i))), y + i, (int)(count - i));
        }
    }
}

using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Quantized;

/// <summary>Groups of Int8: a byte for each element.</summary>
internal readonly unsafe struct BytesOfGroups<TOps, TVector> : ICodeGroups<TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public static int Size => QuantizedMatrix.GroupSize;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Dot(byte* group, float* x)
    {
        TVector first = TOps.Multiply(Load(group), TOps.Load(x));
        if (TOps.Count == 16)
        {
            return TOps.MultiplyAdd(Load(group + 16), TOps.Load(x + 16), first);
        }

        TVector second = TOps.Multiply(Load(group + TOps.Count), TOps.Load(x + TOps.Count));
        for (int i = 2 * TOps.Count; i < QuantizedMatrix.GroupSize; i += 2 * TOps.Count)
        {
            first = TOps.MultiplyAdd(Load(group + i), TOps.Load(x + i), first);
            second = TOps.MultiplyAdd(Load(group + i + TOps.Count), TOps.Load(x + i + TOps.Count), second);
        }

        return TOps.Add(first, second);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Widen(byte* group, TVector scale, float* y)
    {
        for (int i = 0; i < QuantizedMatrix.GroupSize; i += TOps.Count)
        {
            TOps.Store(TOps.Multiply(Load(group + i), scale), y + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int One(byte* group, int place) => (sbyte)group[place];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Load(byte* codes) => TOps.ToFloats(TOps.LoadBytes((sbyte*)codes));
}

using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Quantized;

/// <summary>Groups of Int4: byte i holds element i below and element i + 16 above, as two's complements.</summary>
internal readonly unsafe struct NibblesOfGroups<TOps, TVector> : ICodeGroups<TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private const int Half = QuantizedMatrix.GroupSize / 2;

    public static int Size => Half;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Dot(byte* group, float* x)
    {
        TVector pairs = TOps.LoadBytes((sbyte*)group);
        TVector lower = TOps.Multiply(Lower(pairs), TOps.Load(x));
        if (TOps.Count == Half)
        {
            return TOps.MultiplyAdd(Upper(pairs), TOps.Load(x + Half), lower);
        }

        TVector upper = TOps.Multiply(Upper(pairs), TOps.Load(x + Half));
        for (int i = TOps.Count; i < Half; i += TOps.Count)
        {
            pairs = TOps.LoadBytes((sbyte*)group + i);
            lower = TOps.MultiplyAdd(Lower(pairs), TOps.Load(x + i), lower);
            upper = TOps.MultiplyAdd(Upper(pairs), TOps.Load(x + Half + i), upper);
        }

        return TOps.Add(lower, upper);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Widen(byte* group, TVector scale, float* y)
    {
        for (int i = 0; i < Half; i += TOps.Count)
        {
            TVector pairs = TOps.LoadBytes((sbyte*)group + i);
            TOps.Store(TOps.Multiply(Lower(pairs), scale), y + i);
            TOps.Store(TOps.Multiply(Upper(pairs), scale), y + Half + i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int One(byte* group, int place) => place < Half ? (sbyte)(group[place] << 4) >> 4 : (sbyte)group[place - Half] >> 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Lower(TVector pairs) => TOps.ToFloats(TOps.ShiftRightSigned(TOps.ShiftLeft(pairs, 28), 28));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Upper(TVector pairs) => TOps.ToFloats(TOps.ShiftRightSigned(pairs, 4));
}

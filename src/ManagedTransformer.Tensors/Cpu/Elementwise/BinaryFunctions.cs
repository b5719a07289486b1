using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Elementwise;

/// <summary>
/// The element-wise functions of <see cref="Kernels.BinaryOp"/>, as type parameters of <see cref="BinaryLoop{TOps, TVector}"/>.
/// Comparisons give 1 or 0.
/// </summary>
internal static class BinaryFunctions<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>a + b.</summary>
    public readonly struct Add : IBinaryFunction<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value(TVector a, TVector b) => TOps.Add(a, b);
    }

    /// <summary>a - b.</summary>
    public readonly struct Subtract : IBinaryFunction<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value(TVector a, TVector b) => TOps.Subtract(a, b);
    }

    /// <summary>a b.</summary>
    public readonly struct Multiply : IBinaryFunction<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value(TVector a, TVector b) => TOps.Multiply(a, b);
    }

    /// <summary>a / b.</summary>
    public readonly struct Divide : IBinaryFunction<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value(TVector a, TVector b) => TOps.Divide(a, b);
    }

    /// <summary>a^b.</summary>
    public readonly struct Power : IBinaryFunction<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value(TVector a, TVector b) => VectorMath.Pow<TOps, TVector>(a, b);
    }

    /// <summary>The larger of both; NaN if either is.</summary>
    public readonly struct Maximum : IBinaryFunction<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value(TVector a, TVector b) => TOps.Select(TOps.Equal(a, a), TOps.Max(a, b), a);
    }

    /// <summary>The smaller of both; NaN if either is.</summary>
    public readonly struct Minimum : IBinaryFunction<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value(TVector a, TVector b) => TOps.Select(TOps.Equal(a, a), TOps.Min(a, b), a);
    }

    /// <summary>a = b.</summary>
    public readonly struct Equal : IBinaryFunction<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value(TVector a, TVector b) => TOps.And(TOps.Equal(a, b), TOps.Broadcast(1f));
    }

    /// <summary>Not a = b.</summary>
    public readonly struct NotEqual : IBinaryFunction<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value(TVector a, TVector b) => TOps.AndNot(TOps.Broadcast(1f), TOps.Equal(a, b));
    }

    /// <summary>a &lt; b.</summary>
    public readonly struct Less : IBinaryFunction<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value(TVector a, TVector b) => TOps.And(TOps.Less(a, b), TOps.Broadcast(1f));
    }

    /// <summary>a &lt;= b.</summary>
    public readonly struct LessOrEqual : IBinaryFunction<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value(TVector a, TVector b) => TOps.And(TOps.LessOrEqual(a, b), TOps.Broadcast(1f));
    }

    /// <summary>a &gt; b.</summary>
    public readonly struct Greater : IBinaryFunction<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value(TVector a, TVector b) => TOps.And(TOps.Less(b, a), TOps.Broadcast(1f));
    }

    /// <summary>a &gt;= b.</summary>
    public readonly struct GreaterOrEqual : IBinaryFunction<TVector>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static TVector Value(TVector a, TVector b) => TOps.And(TOps.LessOrEqual(b, a), TOps.Broadcast(1f));
    }
}

using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// Arithmetic of float32 and float64. A float32 lies in the lower half of its register; what comes out of the upper half is cleared.
/// </summary>
internal static class PtxFloatVectors
{
    private static Vector256<ulong> Number(Vector256<float> value) => value.AsUInt64() & Vector256.Create((ulong)uint.MaxValue);

    internal readonly struct Add : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) => Number(a.AsSingle() + b.AsSingle());
    }

    internal readonly struct Subtract : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) => Number(a.AsSingle() - b.AsSingle());
    }

    internal readonly struct Multiply : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) => Number(a.AsSingle() * b.AsSingle());
    }

    internal readonly struct Divide : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) => Number(a.AsSingle() / b.AsSingle());
    }

    internal readonly struct AddDouble : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) => (a.AsDouble() + b.AsDouble()).AsUInt64();
    }

    internal readonly struct SubtractDouble : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) => (a.AsDouble() - b.AsDouble()).AsUInt64();
    }

    internal readonly struct MultiplyDouble : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) => (a.AsDouble() * b.AsDouble()).AsUInt64();
    }

    internal readonly struct Fused : IPtxVectorTernary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) =>
            Number(Fma.MultiplyAdd(a.AsSingle(), b.AsSingle(), c.AsSingle()));
    }

    internal readonly struct FusedDouble : IPtxVectorTernary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) =>
            Fma.MultiplyAdd(a.AsDouble(), b.AsDouble(), c.AsDouble()).AsUInt64();
    }
}

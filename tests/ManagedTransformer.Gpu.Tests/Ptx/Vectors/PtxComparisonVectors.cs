using System.Runtime.Intrinsics;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// Comparisons: 1 or 0, the other way round if asked. Numbers of few bits are shifted so that their highest bit is the register's.
/// </summary>
internal static class PtxComparisonVectors
{
    private const ulong Sign = 1UL << 63;

    private static Vector256<ulong> Predicate(Vector256<ulong> isTrue, ulong flip) =>
        (isTrue & Vector256<ulong>.One) ^ Vector256.Create(flip);

    internal readonly struct Equal(int shift, ulong flip) : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) =>
            Predicate(Vector256.Equals((a ^ b) << shift, Vector256<ulong>.Zero), flip);
    }

    internal readonly struct Less(int shift, ulong flip) : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) => Predicate(
            Vector256.LessThan(((a << shift) ^ Vector256.Create(Sign)).AsInt64(), ((b << shift) ^ Vector256.Create(Sign)).AsInt64())
                .AsUInt64(),
            flip);
    }

    internal readonly struct LessSigned(int shift, ulong flip) : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) =>
            Predicate(Vector256.LessThan((a << shift).AsInt64(), (b << shift).AsInt64()).AsUInt64(), flip);
    }

    internal readonly struct EqualFloats(ulong flip) : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) =>
            Predicate(Vector256.Equals(a.AsSingle(), b.AsSingle()).AsUInt64(), flip);
    }

    internal readonly struct LessFloats(ulong flip) : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) =>
            Predicate(Vector256.LessThan(a.AsSingle(), b.AsSingle()).AsUInt64(), flip);
    }

    internal readonly struct LessOrEqualFloats(ulong flip) : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) =>
            Predicate(Vector256.LessThanOrEqual(a.AsSingle(), b.AsSingle()).AsUInt64(), flip);
    }
}

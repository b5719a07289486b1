using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>Arithmetic of whole numbers. A mask has the bits of the result's type.</summary>
internal static class PtxIntegerVectors
{
    internal readonly struct Move : IPtxVectorUnary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a) => a;
    }

    internal readonly struct AddConstant(ulong added) : IPtxVectorUnary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a) => a + Vector256.Create(added);
    }

    internal readonly struct Keep(ulong mask) : IPtxVectorUnary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a) => a & Vector256.Create(mask);
    }

    internal readonly struct Flip(ulong bits) : IPtxVectorUnary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a) => a ^ Vector256.Create(bits);
    }

    /// <summary>Extends numbers of few bits with their sign.</summary>
    internal readonly struct ExtendSign(ulong fewBits, ulong mask) : IPtxVectorUnary
    {
        private readonly ulong _sign = (fewBits >> 1) + 1;

        public Vector256<ulong> Apply(Vector256<ulong> a) =>
            (((a & Vector256.Create(fewBits)) ^ Vector256.Create(_sign)) - Vector256.Create(_sign)) & Vector256.Create(mask);
    }

    internal readonly struct Add(ulong mask) : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) => (a + b) & Vector256.Create(mask);
    }

    internal readonly struct Subtract(ulong mask) : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) => (a - b) & Vector256.Create(mask);
    }

    /// <summary>The lower half of a product of numbers of up to 32 bits.</summary>
    internal readonly struct MultiplyShort(ulong mask) : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) =>
            Avx2.Multiply(a.AsUInt32(), b.AsUInt32()) & Vector256.Create(mask);
    }

    internal readonly struct MultiplyLong : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) => a * b;
    }

    /// <summary>The whole product of two numbers of 32 bits.</summary>
    internal readonly struct MultiplyWide : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) => Avx2.Multiply(a.AsUInt32(), b.AsUInt32());
    }

    internal readonly struct MultiplySignedWide : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) => Avx2.Multiply(a.AsInt32(), b.AsInt32()).AsUInt64();
    }

    internal readonly struct And(ulong mask) : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) => a & b & Vector256.Create(mask);
    }

    internal readonly struct Or(ulong mask) : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) => (a | b) & Vector256.Create(mask);
    }

    internal readonly struct ExclusiveOr(ulong mask) : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) => (a ^ b) & Vector256.Create(mask);
    }

    /// <summary>Counts have 32 bits; from 64 on nothing is left.</summary>
    internal readonly struct ShiftLeft(ulong mask) : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) =>
            Avx2.ShiftLeftLogicalVariable(a, b & Vector256.Create((ulong)uint.MaxValue)) & Vector256.Create(mask);
    }

    internal readonly struct ShiftRight(ulong mask) : IPtxVectorBinary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b) =>
            Avx2.ShiftRightLogicalVariable(a & Vector256.Create(mask), b & Vector256.Create((ulong)uint.MaxValue));
    }

    internal readonly struct MultiplyAddShort(ulong mask) : IPtxVectorTernary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) =>
            (Avx2.Multiply(a.AsUInt32(), b.AsUInt32()) + c) & Vector256.Create(mask);
    }

    internal readonly struct MultiplyAddLong : IPtxVectorTernary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) => (a * b) + c;
    }

    internal readonly struct MultiplyAddSignedWide : IPtxVectorTernary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) =>
            Avx2.Multiply(a.AsInt32(), b.AsInt32()).AsUInt64() + c;
    }

    internal readonly struct Select : IPtxVectorTernary
    {
        public Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c) =>
            Vector256.ConditionalSelect(Vector256.Equals(c, Vector256<ulong>.Zero), b, a);
    }
}

using System.Runtime.Intrinsics;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>A function of registers, for four lanes at once.</summary>
internal interface IPtxVectorTernary
{
    Vector256<ulong> Apply(Vector256<ulong> a, Vector256<ulong> b, Vector256<ulong> c);
}

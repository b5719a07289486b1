using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>Registers of four lanes at once.</summary>
internal static unsafe class PtxLanes
{
    /// <summary>Lanes that are handled together.</summary>
    public const int Count = 4;

    /// <summary>Replaces the registers of the lanes named by the lowest four bits.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ulong* target, Vector256<ulong> value, uint lanes)
    {
        Vector256<ulong> own = Vector256.Create(1UL, 2, 4, 8);
        Vector256<ulong> chosen = Vector256.Equals(Vector256.Create((ulong)lanes) & own, own);
        Vector256.Store(Vector256.ConditionalSelect(chosen, value, Vector256.Load(target)), target);
    }

    /// <summary>The lanes whose predicate is true.</summary>
    public static uint True(ulong* predicate)
    {
        uint isFalse = 0;
        for (int i = 0; i < PtxWarp.Size; i += Count)
        {
            isFalse |= Vector256.Equals(Vector256.Load(predicate + i), Vector256<ulong>.Zero).ExtractMostSignificantBits() << i;
        }

        return ~isFalse;
    }
}

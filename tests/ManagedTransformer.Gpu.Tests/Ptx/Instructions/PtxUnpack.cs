using System.Numerics;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>mov {d, e, …}, a: takes a register apart, the lowest part first.</summary>
internal sealed unsafe class PtxUnpack(int[] parts, int source, int partBits) : PtxInstruction
{
    public override void Execute(PtxWarp warp, uint lanes)
    {
        ulong mask = (1UL << partBits) - 1;
        for (; lanes != 0; lanes &= lanes - 1)
        {
            int i = BitOperations.TrailingZeroCount(lanes);
            ulong value = warp.Registers[source + i];
            for (int k = 0; k < parts.Length; k++)
            {
                warp.Registers[parts[k] + i] = (value >> (k * partBits)) & mask;
            }
        }
    }
}

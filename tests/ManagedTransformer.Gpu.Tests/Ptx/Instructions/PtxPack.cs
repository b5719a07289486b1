using System.Numerics;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>mov d, {a, b, …}: puts parts together, the first one lowest.</summary>
internal sealed unsafe class PtxPack(int destination, int[] parts, int partBits) : PtxInstruction
{
    public override void Execute(PtxWarp warp, uint lanes)
    {
        ulong mask = (1UL << partBits) - 1;
        for (; lanes != 0; lanes &= lanes - 1)
        {
            int i = BitOperations.TrailingZeroCount(lanes);
            ulong value = 0;
            for (int k = 0; k < parts.Length; k++)
            {
                value |= (warp.Registers[parts[k] + i] & mask) << (k * partBits);
            }

            warp.Registers[destination + i] = value;
        }
    }
}

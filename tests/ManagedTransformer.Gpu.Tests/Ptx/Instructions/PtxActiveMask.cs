using System.Numerics;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>activemask: the lanes that execute this together.</summary>
internal sealed unsafe class PtxActiveMask(int destination) : PtxInstruction
{
    public override void Execute(PtxWarp warp, uint lanes)
    {
        for (uint rest = lanes; rest != 0; rest &= rest - 1)
        {
            warp.Registers[destination + BitOperations.TrailingZeroCount(rest)] = lanes;
        }
    }
}

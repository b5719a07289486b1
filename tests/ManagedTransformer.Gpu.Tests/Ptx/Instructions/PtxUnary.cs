using System.Numerics;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>d = f(a), lane by lane.</summary>
internal sealed unsafe class PtxUnary(int destination, int a, Func<ulong, ulong> function) : PtxInstruction
{
    public override void Execute(PtxWarp warp, uint lanes)
    {
        ulong* d = warp.Registers + destination, x = warp.Registers + a;
        if (lanes == PtxWarp.AllLanes)
        {
            for (int i = 0; i < PtxWarp.Size; i++)
            {
                d[i] = function(x[i]);
            }

            return;
        }

        for (; lanes != 0; lanes &= lanes - 1)
        {
            int i = BitOperations.TrailingZeroCount(lanes);
            d[i] = function(x[i]);
        }
    }
}

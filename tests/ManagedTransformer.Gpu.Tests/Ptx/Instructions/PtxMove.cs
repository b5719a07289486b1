using System.Numerics;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>d = a.</summary>
internal sealed unsafe class PtxMove(int destination, int a) : PtxInstruction
{
    public override void Execute(PtxWarp warp, uint lanes)
    {
        ulong* d = warp.Registers + destination, x = warp.Registers + a;
        if (lanes == PtxWarp.AllLanes)
        {
            new ReadOnlySpan<ulong>(x, PtxWarp.Size).CopyTo(new Span<ulong>(d, PtxWarp.Size));
            return;
        }

        for (; lanes != 0; lanes &= lanes - 1)
        {
            int i = BitOperations.TrailingZeroCount(lanes);
            d[i] = x[i];
        }
    }
}

namespace ManagedTransformer.Gpu.Tests;

/// <summary>bar.warp.sync: what the lanes did before is seen by all of them afterwards.</summary>
internal sealed class PtxWarpBarrier(int members) : PtxInstruction
{
    public override void Execute(PtxWarp warp, uint lanes)
    {
        warp.RequireMembers(lanes, members);
        warp.Synchronize();
    }
}

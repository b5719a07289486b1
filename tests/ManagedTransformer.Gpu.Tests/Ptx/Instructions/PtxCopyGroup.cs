using System.Numerics;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>cp.async.commit_group, cp.async.wait_group and cp.async.wait_all.</summary>
/// <param name="kept">How many groups may still be on their way afterwards; negative: only closes a group; with <paramref name="all"/>,
/// copies outside of groups are waited for too.</param>
/// <param name="all">Whether it waits for everything.</param>
internal sealed class PtxCopyGroup(int kept, bool all) : PtxInstruction
{
    public override void Execute(PtxWarp warp, uint lanes)
    {
        for (; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            if (kept < 0 || all)
            {
                warp.Block.Copies(warp.Thread(lane)).Commit();
            }

            if (kept >= 0)
            {
                warp.Block.FinishCopies(warp, lane, kept);
            }
        }
    }
}

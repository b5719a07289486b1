namespace ManagedTransformer.Gpu.Tests;

/// <summary>bar.sync, bar.red: the warp waits; when all are there, the block gives every thread the combined predicate.</summary>
/// <param name="reduction">popc, and, or; empty for a mere barrier.</param>
/// <param name="destination">Where the result goes.</param>
/// <param name="predicate">The thread's own.</param>
/// <param name="isNegated">Whether it counts when it is false.</param>
internal sealed class PtxBarrier(string reduction, int destination, int predicate, bool isNegated) : PtxInstruction(PtxFlow.Barrier)
{
    public bool Reduces => reduction.Length > 0;

    public override void Execute(PtxWarp warp, uint lanes) => throw new InvalidOperationException("the block opens barriers");

    /// <summary>How many of the warp's lanes say yes.</summary>
    public unsafe int Count(PtxWarp warp)
    {
        int count = 0;
        for (int lane = 0; lane < warp.LaneCount; lane++)
        {
            count += (warp.Registers[predicate + lane] != 0) != isNegated ? 1 : 0;
        }

        return count;
    }

    /// <summary>Hands the result to the warp's lanes.</summary>
    public unsafe void Deliver(PtxWarp warp, int count, int threads)
    {
        ulong result = reduction switch
        {
            "popc" => (ulong)count,
            "and" => count == threads ? 1u : 0,
            _ => count > 0 ? 1u : 0,
        };
        new Span<ulong>(warp.Registers + destination, warp.LaneCount).Fill(result);
    }
}

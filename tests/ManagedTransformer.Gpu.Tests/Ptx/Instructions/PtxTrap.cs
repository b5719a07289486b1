namespace ManagedTransformer.Gpu.Tests;

/// <summary>trap: the kernel says itself that something is wrong.</summary>
internal sealed class PtxTrap : PtxInstruction
{
    public override void Execute(PtxWarp warp, uint lanes) =>
        throw warp.Fault(System.Numerics.BitOperations.TrailingZeroCount(lanes), "the kernel traps");
}

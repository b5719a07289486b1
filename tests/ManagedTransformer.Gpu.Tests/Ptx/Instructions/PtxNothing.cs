namespace ManagedTransformer.Gpu.Tests;

/// <summary>What has no effect here: fences (memory is seen at once by all) and prefetches.</summary>
internal sealed class PtxNothing : PtxInstruction
{
    public override void Execute(PtxWarp warp, uint lanes)
    {
    }
}

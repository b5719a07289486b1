namespace ManagedTransformer.Gpu.Tests;

/// <summary>ret, exit: the warp ends the lanes itself.</summary>
internal sealed class PtxExit() : PtxInstruction(PtxFlow.Exit)
{
    public override void Execute(PtxWarp warp, uint lanes) => throw new InvalidOperationException("the warp ends lanes");
}

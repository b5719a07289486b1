namespace ManagedTransformer.Gpu.Tests;

/// <summary>bra: the warp moves its lanes itself.</summary>
internal sealed class PtxBranch(int target) : PtxInstruction
{
    public int Target => target;

    /// <summary>Where the lanes that this branch parts meet again.</summary>
    public int Meeting { get; set; }

    public override PtxFlow Flow => PtxFlow.Branch;

    public override void Execute(PtxWarp warp, uint lanes) => throw new InvalidOperationException("the warp follows branches");
}

namespace ManagedTransformer.Gpu.Tests;

/// <summary>One instruction, ready to be executed by the lanes of a warp together.</summary>
internal abstract class PtxInstruction(PtxFlow flow = PtxFlow.Onward)
{
    /// <summary>As written, for messages.</summary>
    public string Text { get; set; } = "";

    /// <summary>Where the guarding predicate lies in the registers; negative if there is none.</summary>
    public int Guard { get; set; } = -1;

    public bool GuardIsNegated { get; set; }

    /// <summary>What the warp does about it.</summary>
    public PtxFlow Flow => flow;

    /// <summary>Does the work of the given lanes; there is at least one.</summary>
    public abstract void Execute(PtxWarp warp, uint lanes);
}

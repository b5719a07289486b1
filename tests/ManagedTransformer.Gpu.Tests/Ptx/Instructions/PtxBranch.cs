using System.Numerics;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>bra and brx.idx: the warp moves its lanes itself.</summary>
/// <param name="targets">Where to.</param>
/// <param name="index">The register that chooses; negative if there is one target only.</param>
internal sealed unsafe class PtxBranch(int[] targets, int index = -1) : PtxInstruction(PtxFlow.Branch)
{
    public IReadOnlyList<int> Targets => targets;

    /// <summary>Where the lanes that this branch parts meet again.</summary>
    public int Meeting { get; set; }

    public override void Execute(PtxWarp warp, uint lanes) => throw new InvalidOperationException("the warp follows branches");

    /// <summary>The target of the first lane, and all lanes that go there.</summary>
    public uint Follow(PtxWarp warp, uint lanes, out int target)
    {
        target = targets[0];
        if (index < 0)
        {
            return lanes;
        }

        int first = BitOperations.TrailingZeroCount(lanes);
        uint chosen = (uint)warp.Registers[index + first], result = 0;
        target = chosen < targets.Length ? targets[chosen] : throw warp.Fault(first, $"chooses branch {chosen} of {targets.Length}");
        for (uint rest = lanes; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            result |= (uint)warp.Registers[index + lane] == chosen ? 1u << lane : 0;
        }

        return result;
    }
}

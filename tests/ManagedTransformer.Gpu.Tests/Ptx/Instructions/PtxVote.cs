using System.Numerics;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>vote.sync and redux.sync: one result for all lanes that take part.</summary>
internal sealed unsafe class PtxVote(int destination, int source, int members, Func<ulong[], uint, ulong> combine) : PtxInstruction
{
    public override void Execute(PtxWarp warp, uint lanes)
    {
        warp.RequireMembers(lanes, members);
        ulong result = combine(new ReadOnlySpan<ulong>(warp.Registers + source, PtxWarp.Size).ToArray(), lanes);
        for (uint rest = lanes; rest != 0; rest &= rest - 1)
        {
            warp.Registers[destination + BitOperations.TrailingZeroCount(rest)] = result;
        }
    }
}

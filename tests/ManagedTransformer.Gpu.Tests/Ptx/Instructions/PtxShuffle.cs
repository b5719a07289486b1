using System.Numerics;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>shfl.sync: every lane reads a register of another one.</summary>
/// <param name="mode">up, down, bfly or idx.</param>
/// <param name="destination">The result.</param>
/// <param name="inside">The predicate that says whether the other lane was in range; negative if nobody asks.</param>
/// <param name="source">What is exchanged.</param>
/// <param name="b">Distance or lane.</param>
/// <param name="c">Clamp and segment.</param>
/// <param name="members">The lanes that take part.</param>
internal sealed unsafe class PtxShuffle(string mode, int destination, int inside, int source, int b, int c, int members) : PtxInstruction
{
    public override void Execute(PtxWarp warp, uint lanes)
    {
        warp.RequireMembers(lanes, members);
        ulong* registers = warp.Registers;
        ulong* old = stackalloc ulong[PtxWarp.Size];
        new ReadOnlySpan<ulong>(registers + source, PtxWarp.Size).CopyTo(new Span<ulong>(old, PtxWarp.Size));
        for (uint rest = lanes; rest != 0; rest &= rest - 1)
        {
            int lane = BitOperations.TrailingZeroCount(rest);
            (int from, bool isInside) = Source(lane, (int)registers[b + lane], (int)registers[c + lane]);
            if ((lanes >> from & 1) == 0)
            {
                throw warp.Fault(lane, $"reads a register of lane {from}, which does not take part");
            }

            registers[destination + lane] = (uint)old[from];
            if (inside >= 0)
            {
                registers[inside + lane] = isInside ? 1u : 0;
            }
        }
    }

    // As the manual of PTX defines it.
    private (int Lane, bool IsInside) Source(int lane, int distance, int control)
    {
        int clamp = control & 31, segment = control >> 8 & 31;
        distance &= 31;
        int last = (lane & segment) | (clamp & ~segment), first = lane & segment;
        (int other, bool isInside) = mode switch
        {
            "up" => (lane - distance, lane - distance >= last),
            "down" => (lane + distance, lane + distance <= last),
            "bfly" => (lane ^ distance, (lane ^ distance) <= last),
            _ => (first | (distance & ~segment), (first | (distance & ~segment)) <= last),
        };
        return (isInside ? other : lane, isInside);
    }
}

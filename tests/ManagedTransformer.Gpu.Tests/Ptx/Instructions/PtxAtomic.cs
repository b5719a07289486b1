using System.Numerics;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>atom, red: lane after lane, so that each one is whole.</summary>
/// <param name="space">Which memory.</param>
/// <param name="type">4 or 8 bytes.</param>
/// <param name="destination">Where the old value goes; negative if nobody wants it.</param>
/// <param name="address">Where it is.</param>
/// <param name="offset">Added to the address.</param>
/// <param name="b">The operand.</param>
/// <param name="c">The second operand of cas; else any register.</param>
/// <param name="function">The new value from the old one, b and c.</param>
internal sealed unsafe class PtxAtomic(
    PtxSpace space, PtxType type, int destination, int address, ulong offset, int b, int c,
    Func<ulong, ulong, ulong, ulong> function) : PtxInstruction
{
    public override void Execute(PtxWarp warp, uint lanes)
    {
        ulong* registers = warp.Registers;
        for (; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            byte* place = warp.Locate(lane, space, registers[address + lane] + offset, type.Bytes, PtxAccess.Atomic);
            ulong old = type.Bytes == 8 ? *(ulong*)place : *(uint*)place;
            ulong value = function(old, registers[b + lane], registers[c + lane]);
            if (type.Bytes == 8)
            {
                *(ulong*)place = value;
            }
            else
            {
                *(uint*)place = (uint)value;
            }

            if (destination >= 0)
            {
                registers[destination + lane] = old;
            }
        }
    }
}

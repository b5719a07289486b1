using System.Numerics;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>ld: one register or several that lie side by side.</summary>
internal sealed unsafe class PtxLoad(PtxSpace space, PtxType type, int[] destinations, int address, ulong offset) : PtxInstruction
{
    public override void Execute(PtxWarp warp, uint lanes)
    {
        ulong* registers = warp.Registers;
        int size = type.Bytes, bytes = size * destinations.Length;
        for (; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            byte* source = warp.Locate(lane, space, registers[address + lane] + offset, bytes, PtxAccess.Read);
            for (int k = 0; k < destinations.Length; k++, source += size)
            {
                registers[destinations[k] + lane] = size switch
                {
                    8 => *(ulong*)source,
                    4 => *(uint*)source,
                    2 => type.IsSigned ? (uint)*(short*)source : *(ushort*)source,
                    _ => type.IsSigned ? (uint)*(sbyte*)source : *source,
                };
            }
        }
    }
}

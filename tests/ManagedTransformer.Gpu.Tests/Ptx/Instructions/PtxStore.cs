using System.Numerics;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>st: one register or several side by side.</summary>
internal sealed unsafe class PtxStore(PtxSpace space, PtxType type, int[] sources, int address, ulong offset) : PtxInstruction
{
    public override void Execute(PtxWarp warp, uint lanes)
    {
        ulong* registers = warp.Registers;
        int size = type.Bytes, bytes = size * sources.Length;
        for (; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            byte* target = warp.Locate(lane, space, registers[address + lane] + offset, bytes, PtxAccess.Write);
            for (int k = 0; k < sources.Length; k++, target += size)
            {
                ulong value = registers[sources[k] + lane];
                switch (size)
                {
                    case 8:
                        *(ulong*)target = value;
                        break;
                    case 4:
                        *(uint*)target = (uint)value;
                        break;
                    case 2:
                        *(ushort*)target = (ushort)value;
                        break;
                    default:
                        *target = (byte)value;
                        break;
                }
            }
        }
    }
}

using System.Numerics;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>cp.async: starts a copy from global to shared memory. What is not taken from the source becomes zero.</summary>
/// <param name="target">Address in shared memory.</param>
/// <param name="targetOffset">Added to it.</param>
/// <param name="source">Address in global memory.</param>
/// <param name="sourceOffset">Added to it.</param>
/// <param name="bytes">4, 8 or 16.</param>
/// <param name="taken">The register with the bytes taken from the source; negative: all.</param>
/// <param name="ignored">The predicate that says that none are; negative: no such predicate.</param>
internal sealed unsafe class PtxCopyAsync(
    int target, ulong targetOffset, int source, ulong sourceOffset, int bytes, int taken, int ignored) : PtxInstruction
{
    public override void Execute(PtxWarp warp, uint lanes)
    {
        ulong* registers = warp.Registers;
        for (; lanes != 0; lanes &= lanes - 1)
        {
            int lane = BitOperations.TrailingZeroCount(lanes);
            uint count = taken >= 0 ? (uint)registers[taken + lane] : ignored >= 0 && registers[ignored + lane] != 0 ? 0 : (uint)bytes;
            if (count > bytes)
            {
                throw warp.Fault(lane, $"takes {count} bytes from the source of a copy of {bytes}");
            }

            ulong from = registers[source + lane] + sourceOffset;
            if (from % (uint)bytes != 0)
            {
                throw warp.Fault(lane, $"copies {bytes} bytes from the misaligned address 0x{from:x}");
            }

            byte* data = count == 0 ? null : warp.Locate(lane, PtxSpace.Global, from, (int)count, PtxAccess.Read);
            warp.Block.StartCopy(warp, lane, (uint)registers[target + lane] + targetOffset, bytes, data, (int)count);
        }
    }
}

using System.Runtime.Intrinsics;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// d = f(a, b, c), four lanes at once. No function traps, so that lanes that do not take part are computed too, and not stored.
/// </summary>
internal sealed unsafe class PtxVectorTernary<TFunction>(int destination, int a, int b, int c, TFunction function) : PtxInstruction
    where TFunction : struct, IPtxVectorTernary
{
    public override void Execute(PtxWarp warp, uint lanes)
    {
        ulong* d = warp.Registers + destination, x = warp.Registers + a, y = warp.Registers + b, z = warp.Registers + c;
        TFunction f = function;
        if (lanes == PtxWarp.AllLanes)
        {
            for (int i = 0; i < PtxWarp.Size; i += PtxLanes.Count)
            {
                Vector256.Store(f.Apply(Vector256.Load(x + i), Vector256.Load(y + i), Vector256.Load(z + i)), d + i);
            }

            return;
        }

        for (int i = 0; i < PtxWarp.Size; i += PtxLanes.Count)
        {
            PtxLanes.Store(d + i, f.Apply(Vector256.Load(x + i), Vector256.Load(y + i), Vector256.Load(z + i)), lanes >> i);
        }
    }
}

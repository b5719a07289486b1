using ILGPU;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>Special registers: where a thread is, and how large everything is.</summary>
internal static class PtxSpecial
{
    public static ulong Value(string name, PtxWarp warp, int lane)
    {
        PtxLaunch launch = warp.Block.Launch;
        Index3D size = launch.BlockSize, grid = launch.Grid, position = warp.Block.Position;
        int thread = warp.Thread(lane);
        return (ulong)(uint)(name switch
        {
            "%tid.x" => thread % size.X,
            "%tid.y" => thread / size.X % size.Y,
            "%tid.z" => thread / (size.X * size.Y),
            "%ntid.x" => size.X,
            "%ntid.y" => size.Y,
            "%ntid.z" => size.Z,
            "%ctaid.x" => position.X,
            "%ctaid.y" => position.Y,
            "%ctaid.z" => position.Z,
            "%nctaid.x" => grid.X,
            "%nctaid.y" => grid.Y,
            "%nctaid.z" => grid.Z,
            "%laneid" => lane,
            "%warpid" => thread / PtxWarp.Size,
            "%nwarpid" => (size.Size + PtxWarp.Size - 1) / PtxWarp.Size,
            "%dynamic_smem_size" => launch.DynamicSharedBytes,
            "%total_smem_size" => warp.Block.Shared.Bytes,
            "%lanemask_eq" => 1 << lane,
            "%lanemask_lt" => (1 << lane) - 1,
            "%lanemask_le" => (1 << lane) | ((1 << lane) - 1),
            "%lanemask_gt" => ~((1 << lane) | ((1 << lane) - 1)),
            "%lanemask_ge" => ~((1 << lane) - 1),
            _ => throw new PtxFault($"the interpreter has no special register {name}"),
        });
    }
}

namespace ManagedTransformer.Gpu;

/// <summary>128 x 128 by 8 warps, each with 64 x 32.</summary>
internal readonly struct LargeTensorTile : ITensorTile
{
    public int Width => 128;
}

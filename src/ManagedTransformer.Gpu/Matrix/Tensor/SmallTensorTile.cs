namespace ManagedTransformer.Gpu;

/// <summary>64 x 64 by 4 warps, each with 32 x 32: for products with few tiles.</summary>
internal readonly struct SmallTensorTile : ITensorTile
{
    public int Width => 64;
}

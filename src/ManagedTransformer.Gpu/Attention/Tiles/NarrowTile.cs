namespace ManagedTransformer.Gpu;

/// <summary>Up to 64 columns.</summary>
internal readonly struct NarrowTile : ITileWidth
{
    public bool IsWide => false;
}

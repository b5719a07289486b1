namespace ManagedTransformer.Gpu;

/// <summary>Up to 128 columns.</summary>
internal readonly struct WideTile : ITileWidth
{
    public bool IsWide => true;
}

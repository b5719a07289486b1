namespace ManagedTransformer.Gpu;

/// <summary>
/// The size of a tile that a group computes with tensor cores: a square, cut into two rows of warps, each of which takes half of the rows
/// and 32 columns.
/// </summary>
internal interface ITensorTile
{
    int Width { get; }
}

namespace ManagedTransformer.Gpu;

/// <summary>The kernels of matrix products.</summary>
internal enum MatMulMethod
{
    /// <summary><see cref="ThinCode"/>, A being thin.</summary>
    FewRows,

    /// <summary><see cref="ThinCode"/>, B being thin.</summary>
    FewColumns,

    /// <summary>Tiles of 64 x 64.</summary>
    SmallTiles,

    /// <summary>Tiles of 128 x 128.</summary>
    LargeTiles,
}

using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="CopyCode.Transpose"/>. Elements are copied as integers, so that their bits stay as they are.</summary>
internal struct TransposeArguments
{
    public ArrayView<int> Source, Destination;

    /// <summary>Sizes of the axes that are contiguous in the destination and in the source.</summary>
    public int Columns, Rows;

    /// <summary>The stride of the columns in the source, of the rows in the destination.</summary>
    public int SourceStride, DestinationStride;

    /// <summary>Tiles along both axes.</summary>
    public int TilesAcross, TilesDown;

    /// <summary>The axes that are left.</summary>
    public StridedSpace Matrices;

    public AxisStrides SourceMatrices, DestinationMatrices;
}

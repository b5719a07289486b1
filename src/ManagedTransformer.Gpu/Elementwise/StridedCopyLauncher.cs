using ILGPU;
using ManagedTransformer.Tensors.Cpu.Elementwise;

namespace ManagedTransformer.Gpu;

/// <summary>Chooses how a strided copy runs: in tiles where an axis changes places, else element by element.</summary>
internal static class StridedCopyLauncher
{
    // Narrower matrices waste most of a tile.
    private const int NarrowestTransposed = 8;

    /// <summary>Copies from operand 0 to operand 1 of the space.</summary>
    public static void Run(GpuDevice device, ArrayView<int> source, ArrayView<int> destination, in IterationSpace space)
    {
        if (space.Count > 0 && TransposedAxis(space) is int axis and >= 0)
        {
            Transpose(device, source, destination, space, axis);
            return;
        }

        foreach (StridedPiece piece in StridedPiece.Cut(space))
        {
            device.LaunchOver(CopyCode.Run, piece.Space.Count, new CopyArguments
            {
                Source = source.SubView(piece.StartA, source.Length - piece.StartA),
                Destination = destination.SubView(piece.StartB, destination.Length - piece.StartB),
                Space = piece.Space,
                SourceStrides = piece.A,
                DestinationStrides = piece.B,
            });
        }
    }

    private static int TransposedAxis(in IterationSpace space)
    {
        if (space.RowStride(0) != 1 && space.RowStride(1) == 1 && space.RowLength is >= NarrowestTransposed and <= int.MaxValue
            && !StridedPiece.HasLongStride(space))
        {
            for (int axis = space.Rank - 2; axis >= 0; axis--)
            {
                if (space.Stride(axis, 0) == 1 && space.Size(axis) is >= NarrowestTransposed and <= int.MaxValue)
                {
                    return axis;
                }
            }
        }

        return -1;
    }

    private static void Transpose(GpuDevice device, ArrayView<int> source, ArrayView<int> destination, IterationSpace space, int axis)
    {
        var arguments = new TransposeArguments
        {
            Source = source,
            Destination = destination,
            Columns = (int)space.RowLength,
            Rows = (int)space.Size(axis),
            SourceStride = (int)space.RowStride(0),
            DestinationStride = (int)space.Stride(axis, 1),
        };
        space.Remove(space.Rank - 1);
        space.Remove(axis);
        arguments.Matrices = StridedSpace.Of(space, (uint)space.Count);
        arguments.SourceMatrices = AxisStrides.Of(space, 0);
        arguments.DestinationMatrices = AxisStrides.Of(space, 1);
        arguments.TilesAcross = (arguments.Columns + CopyCode.Tile - 1) / CopyCode.Tile;
        arguments.TilesDown = (arguments.Rows + CopyCode.Tile - 1) / CopyCode.Tile;
        int tiles = checked((int)(space.Count * arguments.TilesAcross * arguments.TilesDown));
        device.Launch(CopyCode.Transpose, new Index3D(tiles, 1, 1), CopyCode.TransposeGroup, arguments);
    }
}

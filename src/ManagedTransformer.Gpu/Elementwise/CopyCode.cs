using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Copies between strided places.</summary>
internal static class CopyCode
{
    /// <summary>Rows and columns of a tile.</summary>
    public const int Tile = 32;

    /// <summary>Threads of a group of <see cref="Transpose"/>: each moves four elements.</summary>
    public const int TransposeGroup = 256;

    private const int RowsAtOnce = TransposeGroup / Tile;

    /// <summary>One thread per element, in strides, in the order of the destination.</summary>
    public static void Run(CopyArguments arguments)
    {
        StridedSpace space = arguments.Space;
        for (long i = GridStride.First; i < space.Count; i += GridStride.Step)
        {
            AxisPlace place = space.Locate((uint)i);
            arguments.Destination[place.Under(arguments.DestinationStrides, space.Rank)] =
                arguments.Source[place.Under(arguments.SourceStrides, space.Rank)];
        }
    }

    /// <summary>
    /// destination[i, j] = source[j, i]: a group moves one tile through shared memory, so that neighbouring threads read neighbours and
    /// write neighbours. A row of the tile has one element more, so that a column lies in different banks.
    /// </summary>
    public static void Transpose(TransposeArguments arguments)
    {
        ArrayView<int> tile = SharedMemory.Allocate<int>(Tile * (Tile + 1));
        int number = Grid.IdxX;
        int across = number % arguments.TilesAcross;
        number /= arguments.TilesAcross;
        int down = number % arguments.TilesDown;
        AxisPlace matrix = arguments.Matrices.Locate((uint)(number / arguments.TilesDown));
        long source = matrix.Under(arguments.SourceMatrices, arguments.Matrices.Rank);
        long destination = matrix.Under(arguments.DestinationMatrices, arguments.Matrices.Rank);
        int near = Group.IdxX % Tile, far = Group.IdxX / Tile;

        // The source's rows are the destination's columns.
        int i = (down * Tile) + near;
        for (int step = 0; step < Tile; step += RowsAtOnce)
        {
            int j = (across * Tile) + far + step;
            if (i < arguments.Rows && j < arguments.Columns)
            {
                tile[((far + step) * (Tile + 1)) + near] = arguments.Source[source + ((long)j * arguments.SourceStride) + i];
            }
        }

        Group.Barrier();
        int column = (across * Tile) + near;
        for (int step = 0; step < Tile; step += RowsAtOnce)
        {
            int row = (down * Tile) + far + step;
            if (row < arguments.Rows && column < arguments.Columns)
            {
                arguments.Destination[destination + ((long)row * arguments.DestinationStride) + column] =
                    tile[(near * (Tile + 1)) + far + step];
            }
        }
    }
}

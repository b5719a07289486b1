using System.Runtime.CompilerServices;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Rows that tiles are cut from. What lies outside of them reads as 0 and is not written.</summary>
internal struct TileRows
{
    public ArrayView<float> Data;
    public long Start, Stride;
    public int Count, Width;

    /// <summary>Contiguous rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TileRows Of(ArrayView<float> data, long start, int count, int width)
    {
        TileRows rows;
        rows.Data = data;
        rows.Start = start;
        rows.Stride = width;
        rows.Count = count;
        rows.Width = width;
        return rows;
    }

    /// <summary>An element, 0 outside.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static float Load(TileRows rows, int row, int column) =>
        ((uint)row < (uint)rows.Count) & (column < rows.Width) ? rows.Data[rows.Start + (row * rows.Stride) + column] : 0;

    /// <summary>Stores the four numbers of a thread that begin at a column.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(TileRows rows, int row, int column, Quad values)
    {
        if ((uint)row >= (uint)rows.Count)
        {
            return;
        }

        long place = rows.Start + (row * rows.Stride) + column;
        if (column < rows.Width)
        {
            rows.Data[place] = values.X;
        }

        if (column + 1 < rows.Width)
        {
            rows.Data[place + 1] = values.Y;
        }

        if (column + 2 < rows.Width)
        {
            rows.Data[place + 2] = values.Z;
        }

        if (column + 3 < rows.Width)
        {
            rows.Data[place + 3] = values.W;
        }
    }
}

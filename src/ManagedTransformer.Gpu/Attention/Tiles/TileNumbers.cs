using System.Runtime.CompilerServices;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Numbers of rows, one per row, as the threads of a tile need them.</summary>
internal static class TileNumbers
{
    /// <summary>Those of four rows; what lies behind the end is replaced.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Load(ArrayView<float> numbers, long start, int row, int count, float missing) => Quad.Of(
        row < count ? numbers[start + row] : missing, row + 1 < count ? numbers[start + row + 1] : missing,
        row + 2 < count ? numbers[start + row + 2] : missing, row + 3 < count ? numbers[start + row + 3] : missing);

    /// <summary>Stores those of four rows that lie before the end.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(ArrayView<float> numbers, long start, int row, int count, Quad values)
    {
        if (row < count)
        {
            numbers[start + row] = values.X;
        }

        if (row + 1 < count)
        {
            numbers[start + row + 1] = values.Y;
        }

        if (row + 2 < count)
        {
            numbers[start + row + 2] = values.Z;
        }

        if (row + 3 < count)
        {
            numbers[start + row + 3] = values.W;
        }
    }
}

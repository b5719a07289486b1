using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Float32 across K: B as it is, or A transposed. A row in shared memory has one k of the tile's rows (of B: columns) and 32 bytes of
/// padding, so that the numbers that a warp reads at a time, 8 of each of 4 k, lie in different banks.
/// </summary>
internal readonly struct ColumnTensorLayout : ITensorLayout
{
    private const int Padding = 8;

    public bool IsExact => false;

    public int ElementBytes => sizeof(float);

    public int Passes => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int SliceBytes(int width) => TensorTileCode.Depth * RowBytes(width);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TensorSource Source(int width, long matrix, long stride, int first, int limit, int from, int to)
    {
        int chunks = width / 4, k = Group.IdxX / chunks, row = Group.IdxX % chunks * 4;
        TensorSource source = default;
        source.PassAcross = 8;
        source.Address = matrix + ((((from + k) * stride) + first + row) * sizeof(float));
        source.PassBytes = 8 * stride * sizeof(float);
        source.Place = (k * RowBytes(width)) + (row * sizeof(float));
        source.PassPlace = 8 * RowBytes(width);
        source.Along = (limit - first - row) * sizeof(float);
        source.Across = to - from - k;
        return source;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TensorSource Next(TensorSource source, long stride)
    {
        source.Address += TensorTileCode.Depth * stride * sizeof(float);
        source.Across -= TensorTileCode.Depth;
        return source;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int LeftPlace(int width, int row, int lane) => ((lane & 3) * RowBytes(width)) + ((row + (lane >> 2)) * sizeof(float));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int RightPlace(int width, int column, int lane) => LeftPlace(width, column, lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int BandBytes(int width) => 16 * sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int DepthBytes(int width) => 8 * RowBytes(width);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void LoadLeft(int width, uint address) =>
        CudaAsm.Emit(TensorText.LoadLeftAcross, address, address + (uint)(4 * RowBytes(width)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void LoadRight(int width, uint address) =>
        CudaAsm.Emit(TensorText.LoadRightAcross, address, address + (uint)(4 * RowBytes(width)));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int RowBytes(int width) => (width + Padding) * sizeof(float);
}

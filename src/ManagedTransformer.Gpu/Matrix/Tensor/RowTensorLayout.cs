using System.Runtime.CompilerServices;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Float32 along K: A as it is, or B transposed. A row in shared memory has 32 k and 16 bytes of padding, so that the eight rows that
/// <c>ldmatrix</c> reads at a time lie in different banks; it reads 16-bit elements, and two of them make a Float32.
/// </summary>
internal readonly struct RowTensorLayout : ITensorLayout
{
    private const int RowBytes = (TensorTileCode.Depth + 4) * sizeof(float);

    public bool IsExact => false;

    public int ElementBytes => sizeof(float);

    public int Passes => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int SliceBytes(int width) => width * RowBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TensorSource Source(int width, long matrix, long stride, int first, int limit, int from, int to) =>
        RowSlices.Source(sizeof(float), RowBytes, width, matrix, stride, first, limit, from, to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TensorSource Next(TensorSource source, long stride) => RowSlices.Next(source, sizeof(float));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int LeftPlace(int width, int row, int lane) => ((row + (lane & 15)) * RowBytes) + ((lane >> 4) * 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int RightPlace(int width, int column, int lane) =>
        ((column + (lane & 7) + ((lane >> 4) * 8)) * RowBytes) + (((lane >> 3) & 1) * 16);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int BandBytes(int width) => 16 * RowBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int DepthBytes(int width) => 8 * sizeof(float);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void LoadLeft(int width, uint address) => CudaAsm.Emit(TensorText.LoadLeftAlong, address);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void LoadRight(int width, uint address) => CudaAsm.Emit(TensorText.LoadRightAlong, address, address + (16 * RowBytes));
}

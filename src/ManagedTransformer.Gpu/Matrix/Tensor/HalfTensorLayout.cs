using System.Runtime.CompilerServices;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>
/// BFloat16 along K: B transposed. The elements stay halves in shared memory, 32 k and 16 bytes of padding in a row, and are widened as
/// they are read. Tensor cores need their numbers in the order in which <see cref="RowTensorLayout"/> brings those of A: k and k + 4 to a
/// lane, so that they are read one by one.
/// </summary>
internal readonly struct HalfTensorLayout : ITensorLayout
{
    private const int RowBytes = (TensorTileCode.Depth + 8) * sizeof(ushort);

    public bool IsExact => true;

    public int ElementBytes => sizeof(ushort);

    public int Passes => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int SliceBytes(int width) => width * RowBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TensorSource Source(int width, long matrix, long stride, int first, int limit, int from, int to) =>
        RowSlices.Source(sizeof(ushort), RowBytes, width, matrix, stride, first, limit, from, to);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public TensorSource Next(TensorSource source, long stride) => RowSlices.Next(source, sizeof(ushort));

    /// <summary>Halves are never on the left.</summary>
    public int LeftPlace(int width, int row, int lane) => RightPlace(width, row, lane);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int RightPlace(int width, int column, int lane) => ((column + (lane >> 2)) * RowBytes) + ((lane & 3) * sizeof(ushort));

    public int BandBytes(int width) => 16 * RowBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int DepthBytes(int width) => 8 * sizeof(ushort);

    /// <summary>Halves are never on the left.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void LoadLeft(int width, uint address) => CudaAsm.Emit("trap;");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void LoadRight(int width, uint address) => CudaAsm.Emit(
        "ld.shared.u16 y0, [%0]; ld.shared.u16 y1, [%0+8]; ld.shared.u16 y2, [%1]; ld.shared.u16 y3, [%1+8]; "
        + "ld.shared.u16 y4, [%2]; ld.shared.u16 y5, [%2+8]; ld.shared.u16 y6, [%3]; ld.shared.u16 y7, [%3+8]; "
        + "shl.b32 y0, y0, 16; shl.b32 y1, y1, 16; shl.b32 y2, y2, 16; shl.b32 y3, y3, 16; "
        + "shl.b32 y4, y4, 16; shl.b32 y5, y5, 16; shl.b32 y6, y6, 16; shl.b32 y7, y7, 16;",
        address,
        address + (8 * RowBytes),
        address + (16 * RowBytes),
        address + (24 * RowBytes));
}

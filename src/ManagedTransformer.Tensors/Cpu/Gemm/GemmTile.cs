using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Picks the micro-kernel that is compiled for a number of rows.</summary>
internal static unsafe class GemmTile<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>Computes a tile of 1 to 12 rows; see <see cref="GemmKernel{TOps, TVector, TRows, TVectors, TKind}"/>.</summary>
    public static void Run<TVectors, TKind>(
        int rows, int tiles, nint k, float* a, nint aRow, nint aStep, float* b, nint bStep, float* c, nint ldc,
        GemmTileExtras* extras = null)
        where TVectors : struct, IConstant
        where TKind : struct, ITileKind
    {
        delegate*<int, nint, float*, nint, nint, float*, nint, float*, nint, GemmTileExtras*, void> kernel = rows switch
        {
            1 => &GemmKernel<TOps, TVector, Constants.C1, TVectors, TKind>.Run,
            2 => &GemmKernel<TOps, TVector, Constants.C2, TVectors, TKind>.Run,
            3 => &GemmKernel<TOps, TVector, Constants.C3, TVectors, TKind>.Run,
            4 => &GemmKernel<TOps, TVector, Constants.C4, TVectors, TKind>.Run,
            5 => &GemmKernel<TOps, TVector, Constants.C5, TVectors, TKind>.Run,
            6 => &GemmKernel<TOps, TVector, Constants.C6, TVectors, TKind>.Run,
            7 => &GemmKernel<TOps, TVector, Constants.C7, TVectors, TKind>.Run,
            8 => &GemmKernel<TOps, TVector, Constants.C8, TVectors, TKind>.Run,
            9 => &GemmKernel<TOps, TVector, Constants.C9, TVectors, TKind>.Run,
            10 => &GemmKernel<TOps, TVector, Constants.C10, TVectors, TKind>.Run,
            11 => &GemmKernel<TOps, TVector, Constants.C11, TVectors, TKind>.Run,
            _ => &GemmKernel<TOps, TVector, Constants.C12, TVectors, TKind>.Run,
        };
        kernel(tiles, k, a, aRow, aStep, b, bStep, c, ldc, extras);
    }
}

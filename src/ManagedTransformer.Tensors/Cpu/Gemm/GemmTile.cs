using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Picks the micro-kernel that is compiled for a number of rows.</summary>
internal static unsafe class GemmTile<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>Computes a tile of 1 to 12 rows; see <see cref="GemmKernel{TOps, TVector, TRows, TVectors, TEnd}"/>.</summary>
    public static void Run<TVectors, TEnd>(
        int rows, nint k, float* a, nint aRow, nint aStep, float* b, nint bStep, float* c, nint ldc, int last, float alpha, bool accumulate,
        GemmTileExtras* extras = null)
        where TVectors : struct, IConstant
        where TEnd : struct, ITileEnd
    {
        delegate*<nint, float*, nint, nint, float*, nint, float*, nint, int, float, bool, GemmTileExtras*, void> kernel = rows switch
        {
            1 => &GemmKernel<TOps, TVector, Constants.C1, TVectors, TEnd>.Run,
            2 => &GemmKernel<TOps, TVector, Constants.C2, TVectors, TEnd>.Run,
            3 => &GemmKernel<TOps, TVector, Constants.C3, TVectors, TEnd>.Run,
            4 => &GemmKernel<TOps, TVector, Constants.C4, TVectors, TEnd>.Run,
            5 => &GemmKernel<TOps, TVector, Constants.C5, TVectors, TEnd>.Run,
            6 => &GemmKernel<TOps, TVector, Constants.C6, TVectors, TEnd>.Run,
            7 => &GemmKernel<TOps, TVector, Constants.C7, TVectors, TEnd>.Run,
            8 => &GemmKernel<TOps, TVector, Constants.C8, TVectors, TEnd>.Run,
            9 => &GemmKernel<TOps, TVector, Constants.C9, TVectors, TEnd>.Run,
            10 => &GemmKernel<TOps, TVector, Constants.C10, TVectors, TEnd>.Run,
            11 => &GemmKernel<TOps, TVector, Constants.C11, TVectors, TEnd>.Run,
            _ => &GemmKernel<TOps, TVector, Constants.C12, TVectors, TEnd>.Run,
        };
        kernel(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate, extras);
    }
}

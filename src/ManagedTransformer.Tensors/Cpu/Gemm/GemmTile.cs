using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Picks the micro-kernel that is compiled for a number of rows.</summary>
internal static unsafe class GemmTile<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>Computes a tile of 1 to 12 rows; see <see cref="GemmKernel{TOps, TVector, TRows, TVectors}"/>.</summary>
    public static void Run<TVectors>(
        int rows, nint k, float* a, nint aRow, nint aStep, float* b, nint bStep, float* c, nint ldc, int last, float alpha, bool accumulate)
        where TVectors : struct, IConstant
    {
        switch (rows)
        {
            case 1:
                GemmKernel<TOps, TVector, Constants.C1, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            case 2:
                GemmKernel<TOps, TVector, Constants.C2, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            case 3:
                GemmKernel<TOps, TVector, Constants.C3, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            case 4:
                GemmKernel<TOps, TVector, Constants.C4, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            case 5:
                GemmKernel<TOps, TVector, Constants.C5, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            case 6:
                GemmKernel<TOps, TVector, Constants.C6, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            case 7:
                GemmKernel<TOps, TVector, Constants.C7, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            case 8:
                GemmKernel<TOps, TVector, Constants.C8, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            case 9:
                GemmKernel<TOps, TVector, Constants.C9, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            case 10:
                GemmKernel<TOps, TVector, Constants.C10, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            case 11:
                GemmKernel<TOps, TVector, Constants.C11, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            default:
                GemmKernel<TOps, TVector, Constants.C12, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
        }
    }
}

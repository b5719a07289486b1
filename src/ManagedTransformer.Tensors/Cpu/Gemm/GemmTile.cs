namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Picks the micro-kernel that is compiled for a number of rows.</summary>
internal static unsafe class GemmTile<TVector, TLanes>
    where TVector : unmanaged
    where TLanes : struct, ILanes<TVector>
{
    /// <summary>Computes a tile of 1 to 12 rows; see <see cref="GemmKernel{TVector, TLanes, TRows, TVectors}"/>.</summary>
    public static void Run<TVectors>(
        int rows, nint k, float* a, nint aRow, nint aStep, float* b, nint bStep, float* c, nint ldc, int last, float alpha, bool accumulate)
        where TVectors : struct, IConstant
    {
        switch (rows)
        {
            case 1:
                GemmKernel<TVector, TLanes, Constants.C1, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            case 2:
                GemmKernel<TVector, TLanes, Constants.C2, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            case 3:
                GemmKernel<TVector, TLanes, Constants.C3, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            case 4:
                GemmKernel<TVector, TLanes, Constants.C4, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            case 5:
                GemmKernel<TVector, TLanes, Constants.C5, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            case 6:
                GemmKernel<TVector, TLanes, Constants.C6, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            case 7:
                GemmKernel<TVector, TLanes, Constants.C7, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            case 8:
                GemmKernel<TVector, TLanes, Constants.C8, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            case 9:
                GemmKernel<TVector, TLanes, Constants.C9, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            case 10:
                GemmKernel<TVector, TLanes, Constants.C10, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            case 11:
                GemmKernel<TVector, TLanes, Constants.C11, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
            default:
                GemmKernel<TVector, TLanes, Constants.C12, TVectors>.Run(k, a, aRow, aStep, b, bStep, c, ldc, last, alpha, accumulate);
                break;
        }
    }
}

using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Optimizers;

/// <summary>Squares[i] = sum of squares of row i, in double precision.</summary>
internal unsafe struct ValueSquares<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* Values;
    public double* Squares;
    public long Width;

    public readonly void Execute(long start, long end)
    {
        for (long row = start; row < end; row++)
        {
            Squares[row] = SquareSum<TOps, TVector>.Of(Values + (row * Width), Width);
        }
    }
}

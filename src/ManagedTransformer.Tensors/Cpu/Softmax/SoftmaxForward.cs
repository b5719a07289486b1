using ManagedTransformer.Tensors.Cpu.Elementwise;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Softmax;

/// <summary>y = e^(x - max) / sum e^(x - max) for every row; zeros for a row of minus infinities, NaN for a row with NaN.</summary>
internal unsafe struct SoftmaxForward<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* X, Y;
    public long Length;

    public readonly void Execute(long start, long end)
    {
        for (long row = start; row < end; row++)
        {
            float* x = X + (row * Length), y = Y + (row * Length);
            float max = ExponentialSums<TOps, TVector>.Max(x, Length);
            if (float.IsNegativeInfinity(max))
            {
                RowMap<TOps, TVector>.Apply(
                    new UnaryFunctions<TOps, TVector>.Constant(ExponentialSums<TOps, TVector>.HasNaN(x, Length) ? float.NaN : 0f),
                    y, y, Length);
                continue;
            }

            float scale = 1f / ExponentialSums<TOps, TVector>.SumInto(x, y, max, Length);
            RowMap<TOps, TVector>.Apply(new UnaryFunctions<TOps, TVector>.Affine(scale, 0f), y, y, Length);
        }
    }
}

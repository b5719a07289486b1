using ManagedTransformer.Tensors.Cpu.Elementwise;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Softmax;

/// <summary>y = x - logsumexp(x) for every row.</summary>
internal unsafe struct LogSoftmaxForward<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* X, Y;
    public long Length;

    public readonly void Execute(long start, long end)
    {
        for (long row = start; row < end; row++)
        {
            float* x = X + (row * Length);
            float logSumExp = ExponentialSums<TOps, TVector>.LogSumExp(x, Length);
            RowMap<TOps, TVector>.Apply(new UnaryFunctions<TOps, TVector>.Affine(1f, -logSumExp), x, Y + (row * Length), Length);
        }
    }
}

using ManagedTransformer.Tensors.Cpu.Optimizers;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Indexing;

/// <summary>table += x.</summary>
internal unsafe struct RowAddition<TOps, TVector> : IRowStep
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* Table, X;

    public readonly void Update(long first, float* gradient, int count)
    {
        RowAddition<TOps, TVector> row = this;
        row.Table += first;
        row.X = gradient;
        row.Execute(0, count);
    }

    public readonly void AskFor(long first, long width)
    {
        Prefetch.Row(Table + first, width);
    }

    public readonly void Execute(long start, long end)
    {
        for (long i = start; i < end; i += TOps.Count)
        {
            long left = end - i;
            TVector sum = TOps.Add(VectorTail<TOps, TVector>.LoadUpTo(Table + i, left), VectorTail<TOps, TVector>.LoadUpTo(X + i, left));
            VectorTail<TOps, TVector>.StoreUpTo(sum, Table + i, left);
        }
    }
}

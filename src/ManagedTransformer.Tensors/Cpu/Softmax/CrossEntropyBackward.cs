using ManagedTransformer.Tensors.Cpu.Elementwise;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Softmax;

/// <summary>
/// dx[v] = s ((targetWeight + n classWeight) p[v] - classWeight - targetWeight [v = target]) with p = e^(x - max) / sum;
/// 0 for ignored rows.
/// </summary>
internal unsafe struct CrossEntropyBackward<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* X, Sums, Scale, DX;
    public int* Targets;
    public int Ignored, Length;
    public float TargetWeight, ClassWeight;
    public bool ScaleIsScalar;

    public readonly void Execute(long start, long end)
    {
        for (long row = start; row < end; row++)
        {
            float* x = X + (row * Length), dx = DX + (row * Length);
            if (Targets[row] == Ignored)
            {
                RowMap<TOps, TVector>.Apply(new UnaryFunctions<TOps, TVector>.Constant(0f), dx, dx, Length);
                continue;
            }

            float scale = Scale[ScaleIsScalar ? 0 : row];
            TVector shift = TOps.Broadcast(Sums[2 * row]),
                factor = TOps.Broadcast(scale * (TargetWeight + (Length * ClassWeight)) / Sums[(2 * row) + 1]);
            TVector constant = TOps.Broadcast(-scale * ClassWeight);
            int i = 0;
            for (; i <= Length - TOps.Count; i += TOps.Count)
            {
                TOps.Store(Slope(TOps.Load(x + i), shift, factor, constant), dx + i);
            }

            if (i < Length)
            {
                TOps.StoreFirst(Slope(TOps.LoadFirst(x + i, Length - i), shift, factor, constant), dx + i, Length - i);
            }

            dx[Targets[row]] -= scale * TargetWeight;
        }
    }

    private static TVector Slope(TVector x, TVector shift, TVector factor, TVector constant) =>
        TOps.MultiplyAdd(factor, VectorMath.ExpUpToOne<TOps, TVector>(TOps.Subtract(x, shift)), constant);
}

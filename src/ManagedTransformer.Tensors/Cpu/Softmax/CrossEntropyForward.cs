using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Softmax;

/// <summary>
/// loss = targetWeight nll + classWeight sum over v of -lp[v], with lp = (x - max) - ln sum e^(x - max) and nll = -lp[target];
/// 0 for ignored rows.
/// </summary>
internal unsafe struct CrossEntropyForward<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* X, Loss, Nll, Sums;
    public int* Targets;
    public int Ignored, Length;
    public float TargetWeight, ClassWeight;

    public readonly void Execute(long start, long end)
    {
        for (long row = start; row < end; row++)
        {
            float* x = X + (row * Length);
            float max = ExponentialSums<TOps, TVector>.MaxAndSum(x, Length, out float total), logarithm = MathF.Log(total);
            bool ignored = Targets[row] == Ignored;
            float nll = ignored ? 0f : max - x[Targets[row]] + logarithm;
            float loss = TargetWeight * nll;
            if (ClassWeight != 0 && !ignored)
            {
                loss += ClassWeight * NegatedLogProbabilities(x, max, logarithm);
            }

            (Sums[2 * row], Sums[(2 * row) + 1]) = (max, total);
            Loss[row] = loss;
            if (Nll != null)
            {
                Nll[row] = nll;
            }
        }
    }

    private readonly float NegatedLogProbabilities(float* x, float max, float logarithm)
    {
        TVector shift = TOps.Broadcast(max), rest = TOps.Broadcast(logarithm), sum = TOps.Zero;
        int i = 0;
        for (; i <= Length - TOps.Count; i += TOps.Count)
        {
            sum = TOps.Add(sum, TOps.Add(TOps.Subtract(shift, TOps.Load(x + i)), rest));
        }

        if (i < Length)
        {
            sum = TOps.Add(sum,
                VectorTail<TOps, TVector>.Keep(TOps.Add(TOps.Subtract(shift, TOps.LoadFirst(x + i, Length - i)), rest), Length - i));
        }

        return TOps.Sum(sum);
    }
}

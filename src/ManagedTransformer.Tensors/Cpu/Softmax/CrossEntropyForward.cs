using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Softmax;

/// <summary>loss = targetWeight nll + classWeight sum over v of -lp[v], with lp = x - logSumExp and nll = -lp[target]; 0 for ignored rows.</summary>
internal unsafe struct CrossEntropyForward<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* X, Loss, Nll, LogSumExp;
    public int* Targets;
    public int Ignored, Length;
    public float TargetWeight, ClassWeight;

    public readonly void Execute(long start, long end)
    {
        for (long row = start; row < end; row++)
        {
            float* x = X + (row * Length);
            float logSumExp = ExponentialSums<TOps, TVector>.LogSumExp(x, Length);
            bool ignored = Targets[row] == Ignored;
            float nll = ignored ? 0f : logSumExp - x[Targets[row]];
            float loss = TargetWeight * nll;
            if (ClassWeight != 0 && !ignored)
                loss += ClassWeight * NegatedLogProbabilities(x, logSumExp);
            LogSumExp[row] = logSumExp;
            Loss[row] = loss;
            if (Nll != null)
                Nll[row] = nll;
        }
    }

    private readonly float NegatedLogProbabilities(float* x, float logSumExp)
    {
        TVector shift = TOps.Broadcast(logSumExp), sum = TOps.Zero;
        int i = 0;
        for (; i <= Length - TOps.Count; i += TOps.Count)
            sum = TOps.Add(sum, TOps.Subtract(shift, TOps.Load(x + i)));
        if (i < Length)
            sum = TOps.Add(sum, VectorTail<TOps, TVector>.Keep(TOps.Subtract(shift, TOps.LoadFirst(x + i, Length - i)), Length - i));
        return TOps.Sum(sum);
    }
}

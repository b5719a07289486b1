using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Optimizers;

/// <summary>
/// g = gradientScale gradient; m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; w = w (1 - decay) - stepSize m / (sqrt(v) rootScale + epsilon).
/// </summary>
internal unsafe struct AdamStep<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* W, Gradient, M, V;
    public float GradientScale, Beta1, Beta2, Epsilon, Decay, StepSize, RootScale;

    public readonly void Execute(long start, long end)
    {
        TVector gradientScale = TOps.Broadcast(GradientScale), epsilon = TOps.Broadcast(Epsilon), rootScale = TOps.Broadcast(RootScale);
        TVector beta1 = TOps.Broadcast(Beta1), rest1 = TOps.Broadcast(1f - Beta1), beta2 = TOps.Broadcast(Beta2), rest2 = TOps.Broadcast(1f - Beta2);
        TVector kept = TOps.Broadcast(1f - Decay), stepSize = TOps.Broadcast(StepSize);
        for (long i = start; i < end; i += TOps.Count)
        {
            long left = end - i;
            TVector g = TOps.Multiply(gradientScale, VectorTail<TOps, TVector>.LoadUpTo(Gradient + i, left));
            TVector m = TOps.MultiplyAdd(beta1, VectorTail<TOps, TVector>.LoadUpTo(M + i, left), TOps.Multiply(rest1, g));
            TVector v = TOps.MultiplyAdd(beta2, VectorTail<TOps, TVector>.LoadUpTo(V + i, left), TOps.Multiply(rest2, TOps.Multiply(g, g)));
            TVector w = TOps.Multiply(kept, VectorTail<TOps, TVector>.LoadUpTo(W + i, left));
            TVector step = TOps.Divide(TOps.Multiply(stepSize, m), TOps.MultiplyAdd(TOps.Sqrt(v), rootScale, epsilon));
            VectorTail<TOps, TVector>.StoreUpTo(m, M + i, left);
            VectorTail<TOps, TVector>.StoreUpTo(v, V + i, left);
            VectorTail<TOps, TVector>.StoreUpTo(TOps.Subtract(w, step), W + i, left);
        }
    }
}

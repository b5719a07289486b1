using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Optimizers;

/// <summary>
/// g = gradientScale gradient + gradientDecay w; m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; w = w (1 - decay) - stepSize
/// m / (sqrt(v) rootScale + epsilon).
/// </summary>
internal unsafe struct AdamStep<TOps, TVector> : IRowStep
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* W, Gradient, M, V;
    public AdamCoefficients Coefficients;

    public readonly void Update(long first, float* gradient, int count)
    {
        AdamStep<TOps, TVector> row = this;
        row.Gradient = gradient;
        row.W += first;
        row.M += first;
        row.V += first;
        row.Execute(0, count);
    }

    public readonly void AskFor(long first, long width)
    {
        Prefetch.Row(W + first, width);
        Prefetch.Row(M + first, width);
        Prefetch.Row(V + first, width);
    }

    public readonly void Execute(long start, long end)
    {
        AdamCoefficients c = Coefficients;
        TVector gradientScale = TOps.Broadcast(c.GradientScale), gradientDecay = TOps.Broadcast(c.GradientDecay);
        TVector beta1 = TOps.Broadcast(c.Beta1), rest1 = TOps.Broadcast(1f - c.Beta1), beta2 = TOps.Broadcast(c.Beta2),
            rest2 = TOps.Broadcast(1f - c.Beta2);
        TVector kept = TOps.Broadcast(1f - c.Decay), stepSize = TOps.Broadcast(c.StepSize);
        TVector epsilon = TOps.Broadcast(c.Epsilon), rootScale = TOps.Broadcast(c.RootScale);
        for (long i = start; i < end; i += TOps.Count)
        {
            long left = end - i;
            TVector w = VectorTail<TOps, TVector>.LoadUpTo(W + i, left);
            TVector g = TOps.MultiplyAdd(gradientDecay, w,
                TOps.Multiply(gradientScale, VectorTail<TOps, TVector>.LoadUpTo(Gradient + i, left)));
            TVector m = TOps.MultiplyAdd(beta1, VectorTail<TOps, TVector>.LoadUpTo(M + i, left), TOps.Multiply(rest1, g));
            TVector v = TOps.MultiplyAdd(beta2, VectorTail<TOps, TVector>.LoadUpTo(V + i, left), TOps.Multiply(rest2, TOps.Multiply(g, g)));
            TVector step = TOps.Divide(TOps.Multiply(stepSize, m), TOps.MultiplyAdd(TOps.Sqrt(v), rootScale, epsilon));
            VectorTail<TOps, TVector>.StoreUpTo(m, M + i, left);
            VectorTail<TOps, TVector>.StoreUpTo(v, V + i, left);
            VectorTail<TOps, TVector>.StoreUpTo(TOps.Subtract(TOps.Multiply(kept, w), step), W + i, left);
        }
    }
}

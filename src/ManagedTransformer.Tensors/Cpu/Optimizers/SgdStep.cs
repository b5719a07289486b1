using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Optimizers;

/// <summary>
/// g = gradientScale gradient + decay w; b = momentum b + g (no b without momentum); w = w - rate (nesterov ? g + momentum b : b).
/// </summary>
internal unsafe struct SgdStep<TOps, TVector> : IRowStep
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* W, Gradient, B;
    public float GradientScale, Rate, Momentum, Decay;
    public bool Nesterov;

    public readonly void Update(long first, float* gradient, int count)
    {
        SgdStep<TOps, TVector> row = this;
        row.Gradient = gradient;
        row.W += first;
        row.B = B == null ? null : B + first;
        row.Execute(0, count);
    }

    public readonly void AskFor(long first, long width)
    {
        Prefetch.Row(W + first, width);
        Prefetch.Row(B == null ? null : B + first, width);
    }

    public readonly void Execute(long start, long end)
    {
        TVector gradientScale = TOps.Broadcast(GradientScale), decay = TOps.Broadcast(Decay);
        TVector rate = TOps.Broadcast(Rate), momentum = TOps.Broadcast(Momentum);
        for (long i = start; i < end; i += TOps.Count)
        {
            long left = end - i;
            TVector w = VectorTail<TOps, TVector>.LoadUpTo(W + i, left);
            TVector g = TOps.MultiplyAdd(decay, w, TOps.Multiply(gradientScale, VectorTail<TOps, TVector>.LoadUpTo(Gradient + i, left)));
            TVector direction = g;
            if (B != null)
            {
                TVector b = TOps.MultiplyAdd(momentum, VectorTail<TOps, TVector>.LoadUpTo(B + i, left), g);
                VectorTail<TOps, TVector>.StoreUpTo(b, B + i, left);
                direction = Nesterov ? TOps.MultiplyAdd(momentum, b, g) : b;
            }

            VectorTail<TOps, TVector>.StoreUpTo(TOps.NegatedMultiplyAdd(rate, direction, w), W + i, left);
        }
    }
}

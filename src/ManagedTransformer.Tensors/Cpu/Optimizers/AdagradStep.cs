using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Optimizers;

/// <summary>g = gradientScale gradient; a = a + g^2; w = w - rate g / (sqrt(a) + epsilon).</summary>
internal unsafe struct AdagradStep<TOps, TVector> : IRowStep
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public float* W, Gradient, A;
    public float GradientScale, Rate, Epsilon;

    public readonly void Update(long first, float* gradient, int count)
    {
        AdagradStep<TOps, TVector> row = this;
        row.Gradient = gradient;
        row.W += first;
        row.A += first;
        row.Execute(0, count);
    }

    public readonly void AskFor(long first, long width)
    {
        Prefetch.Row(W + first, width);
        Prefetch.Row(A + first, width);
    }

    public readonly void Execute(long start, long end)
    {
        TVector gradientScale = TOps.Broadcast(GradientScale), rate = TOps.Broadcast(Rate), epsilon = TOps.Broadcast(Epsilon);
        for (long i = start; i < end; i += TOps.Count)
        {
            long left = end - i;
            TVector g = TOps.Multiply(gradientScale, VectorTail<TOps, TVector>.LoadUpTo(Gradient + i, left));
            TVector a = TOps.MultiplyAdd(g, g, VectorTail<TOps, TVector>.LoadUpTo(A + i, left));
            TVector step = TOps.Divide(TOps.Multiply(rate, g), TOps.Add(TOps.Sqrt(a), epsilon));
            VectorTail<TOps, TVector>.StoreUpTo(a, A + i, left);
            VectorTail<TOps, TVector>.StoreUpTo(TOps.Subtract(VectorTail<TOps, TVector>.LoadUpTo(W + i, left), step), W + i, left);
        }
    }
}

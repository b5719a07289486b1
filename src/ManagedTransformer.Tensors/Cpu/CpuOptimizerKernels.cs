using ManagedTransformer.Tensors.Cpu.Optimizers;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Fused optimiser updates with the vectors of one width.</summary>
internal sealed unsafe class CpuOptimizerKernels<TOps, TVector> : IOptimizerKernels
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public void Adam(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer m, DeviceBuffer v, long count,
        float gradientScale, float beta1, float beta2, float epsilon, float decay, float stepSize, float rootScale)
    {
        var step = new AdamStep<TOps, TVector>
        {
            W = w.Floats(),
            Gradient = gradient.Floats(),
            M = m.Floats(),
            V = v.Floats(),
            GradientScale = gradientScale,
            Beta1 = beta1,
            Beta2 = beta2,
            Epsilon = epsilon,
            Decay = decay,
            StepSize = stepSize,
            RootScale = rootScale,
        };
        Ranges.Run(count, Ranges.Grain, ref step);
    }

    public void Sgd(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer b, long count, float gradientScale, float rate, float momentum, bool nesterov, float decay)
    {
        var step = new SgdStep<TOps, TVector>
        {
            W = w.Floats(),
            Gradient = gradient.Floats(),
            B = momentum == 0 ? null : b.Floats(),
            GradientScale = gradientScale,
            Rate = rate,
            Momentum = momentum,
            Nesterov = nesterov,
            Decay = decay,
        };
        Ranges.Run(count, Ranges.Grain, ref step);
    }

    public void Adagrad(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer a, long count, float gradientScale, float rate, float epsilon)
    {
        var step = new AdagradStep<TOps, TVector>
        {
            W = w.Floats(),
            Gradient = gradient.Floats(),
            A = a.Floats(),
            GradientScale = gradientScale,
            Rate = rate,
            Epsilon = epsilon,
        };
        Ranges.Run(count, Ranges.Grain, ref step);
    }

    public void SumOfSquares(DeviceBuffer x, long count, DeviceBuffer y)
    {
        long ranges = (count + Ranges.Grain - 1) / Ranges.Grain;
        using var parts = new PooledScratch(2 * Math.Max(1, ranges));
        var job = new SquareSum<TOps, TVector> { X = x.Floats(), Parts = (double*)parts.Floats };
        Ranges.Run(count, Ranges.Grain, ref job);
        double sum = 0;
        for (long i = 0; i < ranges; i++)
            sum += job.Parts[i];
        *y.Floats() = (float)sum;
    }
}

using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Optimiser updates, one parameter after the other.</summary>
internal sealed unsafe class ReferenceOptimizerKernels : IOptimizerKernels
{
    public void Adam(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer m, DeviceBuffer v, long count,
        float gradientScale, float beta1, float beta2, float epsilon, float decay, float stepSize, float rootScale)
    {
        float* weight = w.Floats(), first = m.Floats(), second = v.Floats();
        for (long i = 0; i < count; i++)
        {
            double g = (double)gradientScale * gradient.Floats()[i];
            double newFirst = ((double)beta1 * first[i]) + ((1 - (double)beta1) * g);
            double newSecond = ((double)beta2 * second[i]) + ((1 - (double)beta2) * g * g);
            double decayed = weight[i] * (1 - (double)decay);
            first[i] = (float)newFirst;
            second[i] = (float)newSecond;
            weight[i] = (float)(decayed - (stepSize * newFirst / ((Math.Sqrt(newSecond) * rootScale) + epsilon)));
        }
    }

    public void Sgd(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer b, long count, float gradientScale, float rate, float momentum, bool nesterov, float decay)
    {
        float* weight = w.Floats(), velocity = b.Floats();
        for (long i = 0; i < count; i++)
        {
            double g = ((double)gradientScale * gradient.Floats()[i]) + ((double)decay * weight[i]);
            double step = g;
            if (momentum != 0)
            {
                double newVelocity = ((double)momentum * velocity[i]) + g;
                velocity[i] = (float)newVelocity;
                step = nesterov ? g + (momentum * newVelocity) : newVelocity;
            }

            weight[i] = (float)(weight[i] - (rate * step));
        }
    }

    public void Adagrad(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer a, long count, float gradientScale, float rate, float epsilon)
    {
        float* weight = w.Floats(), accumulated = a.Floats();
        for (long i = 0; i < count; i++)
        {
            double g = (double)gradientScale * gradient.Floats()[i];
            double newAccumulated = accumulated[i] + (g * g);
            accumulated[i] = (float)newAccumulated;
            weight[i] = (float)(weight[i] - (rate * g / (Math.Sqrt(newAccumulated) + epsilon)));
        }
    }

    public void SumOfSquares(DeviceBuffer x, long count, DeviceBuffer y)
    {
        double sum = 0;
        for (long i = 0; i < count; i++)
        {
            sum += ReferenceMath.Square(x.Floats()[i]);
        }

        y.Floats()[0] = (float)sum;
    }
}

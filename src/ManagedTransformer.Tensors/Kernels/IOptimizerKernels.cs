namespace ManagedTransformer.Tensors.Kernels;

/// <summary>Fused optimiser updates of one contiguous parameter; the gradient is multiplied by gradientScale first (clipping, averaging).</summary>
internal interface IOptimizerKernels
{
    /// <summary>
    /// g = gradientScale gradient; m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; w = w (1 - decay); w = w - stepSize m / (sqrt(v) rootScale + epsilon).
    /// </summary>
    void Adam(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer m, DeviceBuffer v, long count,
        float gradientScale, float beta1, float beta2, float epsilon, float decay, float stepSize, float rootScale);

    /// <summary>g = gradientScale gradient + decay w; b = momentum b + g (absent when momentum is 0); w = w - rate (nesterov ? g + momentum b : b).</summary>
    void Sgd(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer b, long count, float gradientScale, float rate, float momentum, bool nesterov, float decay);

    /// <summary>g = gradientScale gradient; a = a + g^2; w = w - rate g / (sqrt(a) + epsilon).</summary>
    void Adagrad(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer a, long count, float gradientScale, float rate, float epsilon);

    /// <summary>y[0] = sum of x[i]^2, summed in double precision in an order fixed by count.</summary>
    void SumOfSquares(DeviceBuffer x, long count, DeviceBuffer y);
}

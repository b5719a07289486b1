namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// Fused optimiser updates of one contiguous parameter; the gradient is multiplied by gradientScale first (clipping, averaging).
/// </summary>
internal interface IOptimizerKernels
{
    /// <summary>The step that <see cref="AdamCoefficients"/> describes.</summary>
    void Adam(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer m, DeviceBuffer v, long count, in AdamCoefficients coefficients);

    /// <summary>
    /// g = gradientScale gradient + decay w; b = momentum b + g (absent when momentum is 0); w = w - rate (nesterov ? g + momentum b : b).
    /// </summary>
    void Sgd(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer b, long count, float gradientScale, float rate, float momentum,
        bool nesterov, float decay);

    /// <summary>g = gradientScale gradient; a = a + g^2; w = w - rate g / (sqrt(a) + epsilon).</summary>
    void Adagrad(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer a, long count, float gradientScale, float rate, float epsilon);

    /// <summary>y[0] = sum of x[i]^2, summed in double precision in an order fixed by count.</summary>
    void SumOfSquares(DeviceBuffer x, long count, DeviceBuffer y);

    /// <summary>
    /// <see cref="Adam"/> for the table rows that have contributions, whose sum is the row's gradient; other rows stay as they are.
    /// </summary>
    void AdamRows(DeviceBuffer w, in RowContributions gradient, DeviceBuffer m, DeviceBuffer v, in AdamCoefficients coefficients);

    /// <summary><see cref="Sgd"/>, likewise.</summary>
    void SgdRows(DeviceBuffer w, in RowContributions gradient, DeviceBuffer b, float gradientScale, float rate, float momentum,
        bool nesterov, float decay);

    /// <summary><see cref="Adagrad"/>, likewise.</summary>
    void AdagradRows(DeviceBuffer w, in RowContributions gradient, DeviceBuffer a, float gradientScale, float rate, float epsilon);

    /// <summary>
    /// y[0] = sum of the squares of all row gradients (each the sum of its row's contributions), in double precision in an order fixed by
    /// the count. Writes the sums to <see cref="RowContributions.Summed"/> if that is there.
    /// </summary>
    void SumOfSquaresRows(in RowContributions gradient, DeviceBuffer y);
}

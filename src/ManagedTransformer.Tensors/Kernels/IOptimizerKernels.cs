namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// Fused optimiser updates of contiguous parameters, of many at once, no two of them of the same memory; the gradient is multiplied by
/// GradientScale first (clipping, averaging).
/// </summary>
internal interface IOptimizerKernels
{
    /// <summary>The steps that the problems describe.</summary>
    void Adam(ReadOnlySpan<AdamProblem> problems);

    /// <inheritdoc cref="Adam"/>
    void Sgd(ReadOnlySpan<SgdProblem> problems);

    /// <inheritdoc cref="Adam"/>
    void Adagrad(ReadOnlySpan<AdagradProblem> problems);

    /// <summary>The sums that the problems describe.</summary>
    void SumOfSquares(ReadOnlySpan<SquareSumProblem> problems);

    /// <summary>
    /// The step of <see cref="AdamProblem"/> for the table rows that have contributions, whose sum is the row's gradient; other rows stay
    /// as they are.
    /// </summary>
    void AdamRows(DeviceBuffer w, in RowContributions gradient, DeviceBuffer m, DeviceBuffer v, in AdamCoefficients coefficients);

    /// <summary>The step of <see cref="SgdProblem"/>, likewise.</summary>
    void SgdRows(DeviceBuffer w, in RowContributions gradient, DeviceBuffer b, float gradientScale, float rate, float momentum,
        bool nesterov, float decay);

    /// <summary>The step of <see cref="AdagradProblem"/>, likewise.</summary>
    void AdagradRows(DeviceBuffer w, in RowContributions gradient, DeviceBuffer a, float gradientScale, float rate, float epsilon);

    /// <summary>
    /// y[0] = sum of the squares of all row gradients (each the sum of its row's contributions), in double precision in an order fixed by
    /// the count. Writes the sums to <see cref="RowContributions.Summed"/> if that is there.
    /// </summary>
    void SumOfSquaresRows(in RowContributions gradient, DeviceBuffer y);
}

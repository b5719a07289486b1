namespace ManagedTransformer.Tensors.Kernels;

/// <summary>
/// Normalisations of contiguous rows [rows, width]. Weight gradients overwrite their outputs;
/// their sums run in row order fixed by the shape.
/// </summary>
internal interface INormalizationKernels
{
    /// <summary>
    /// s = x (+ residual); y = gain (s - mean) rstd + bias with rstd = 1 / sqrt(biased variance + epsilon). residual may be absent (then
    /// sum is absent too); sum receives s. mean, rstd: [rows].
    /// </summary>
    void LayerNorm(DeviceBuffer x, DeviceBuffer residual, DeviceBuffer gain, DeviceBuffer bias, float epsilon,
        DeviceBuffer sum, DeviceBuffer y, DeviceBuffer mean, DeviceBuffer rstd, long rows, int width);

    /// <summary>
    /// With g = gain dy and xhat = (s - mean) rstd: ds = rstd (g - mean(g) - xhat mean(g xhat)) (+ dSum, the gradient that reaches s by
    /// other ways, or absent); dGain = sum dy xhat; dBias = sum dy. s is the normalised input (x + residual).
    /// </summary>
    void LayerNormGradient(DeviceBuffer s, DeviceBuffer gain, DeviceBuffer mean, DeviceBuffer rstd, DeviceBuffer dy, DeviceBuffer dSum,
        DeviceBuffer ds, DeviceBuffer dGain, DeviceBuffer dBias, long rows, int width);

    /// <summary>
    /// s = x (+ residual); y = gain s rrms with rrms = 1 / sqrt(mean(s^2) + epsilon), kept in rrms [rows]. residual may be absent (then sum
    /// is absent too); sum receives s.
    /// </summary>
    void RmsNorm(DeviceBuffer x, DeviceBuffer residual, DeviceBuffer gain, float epsilon, DeviceBuffer sum, DeviceBuffer y,
        DeviceBuffer rrms, long rows, int width);

    /// <summary>
    /// With g = gain dy: ds = rrms (g - s rrms^2 mean(g s)) (+ dSum, the gradient that reaches s by other ways, or absent);
    /// dGain = sum dy s rrms. s is the normalised input (x + residual).
    /// </summary>
    void RmsNormGradient(DeviceBuffer s, DeviceBuffer gain, DeviceBuffer rrms, DeviceBuffer dy, DeviceBuffer dSum, DeviceBuffer ds,
        DeviceBuffer dGain, long rows, int width);

    /// <summary>Mean and biased variance of every column over the rows: mean, variance [width].</summary>
    void BatchStatistics(DeviceBuffer x, DeviceBuffer mean, DeviceBuffer variance, long rows, int width);

    /// <summary>y = gain (x - mean) rstd + bias, with column vectors mean, rstd, gain, bias [width].</summary>
    void BatchNormalize(DeviceBuffer x, DeviceBuffer mean, DeviceBuffer rstd, DeviceBuffer gain, DeviceBuffer bias, DeviceBuffer y,
        long rows, int width);

    /// <summary>
    /// dGain = sum dy xhat, dBias = sum dy over all rows; dx = gain rstd (dy - counts (dBias + xhat dGain) / counted), where counts [rows]
    /// (absent: all 1) says which rows the statistics were taken over and counted is their number; 0 stands for fixed statistics:
    /// dx = gain rstd dy.
    /// </summary>
    void BatchNormGradient(DeviceBuffer x, DeviceBuffer mean, DeviceBuffer rstd, DeviceBuffer gain, DeviceBuffer dy,
        DeviceBuffer dx, DeviceBuffer dGain, DeviceBuffer dBias, long rows, int width, DeviceBuffer counts, long counted);

    /// <summary>See <see cref="GroupedNormProblem"/>: writes y, mean and rstd.</summary>
    void GroupedNorm(in GroupedNormProblem problem);

    /// <summary>
    /// The gradient: x, gain, bias, mean and rstd as they were, y is what reaches the result; writes dX, dGain, dBias and,
    /// unless absent, dFirst.
    /// </summary>
    void GroupedNormGradient(in GroupedNormProblem problem);
}

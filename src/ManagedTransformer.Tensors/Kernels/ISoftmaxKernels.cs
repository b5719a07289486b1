namespace ManagedTransformer.Tensors.Kernels;

/// <summary>Softmax and cross-entropy over contiguous rows [rows, n].</summary>
internal interface ISoftmaxKernels
{
    /// <summary>y = e^(x - max) / sum e^(x - max); a row of minus infinities gives zeros.</summary>
    void Softmax(DeviceBuffer x, DeviceBuffer y, long rows, int n);

    /// <summary>dx = y (dy - sum(dy y)).</summary>
    void SoftmaxGradient(DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long rows, int n);

    /// <summary>y = (x - max) - ln sum e^(x - max).</summary>
    void LogSoftmax(DeviceBuffer x, DeviceBuffer y, long rows, int n);

    /// <summary>dx = dy - e^y sum(dy).</summary>
    void LogSoftmaxGradient(DeviceBuffer y, DeviceBuffer dy, DeviceBuffer dx, long rows, int n);

    /// <summary>
    /// For each row with target t (Int32; rows with t = ignored give 0): lp = (x - max) - ln sum e^(x - max); nll = -lp[t];
    /// loss = targetWeight nll + classWeight sum over v of -lp[v]. Outputs [rows]; nll may be absent. sums, [rows, 2], gets max and the sum
    /// of every row, apart since max + ln sum, rounded, loses the sum where logits are large.
    /// </summary>
    /// <exception cref="ArgumentOutOfRangeException">A target outside 0 .. n-1 that is not the ignored one.</exception>
    void CrossEntropy(DeviceBuffer x, DeviceBuffer targets, int ignored, float targetWeight, float classWeight,
        DeviceBuffer loss, DeviceBuffer nll, DeviceBuffer sums, long rows, int n);

    /// <summary>
    /// dx[v] = s ((targetWeight + n classWeight) p[v] - classWeight - targetWeight [v = t]) with p = e^(x - max) / sum and s = scale[row];
    /// 0 for ignored rows. scale: [rows], or one element for all rows when <paramref name="scaleIsScalar"/>. dx may alias x.
    /// </summary>
    void CrossEntropyGradient(DeviceBuffer x, DeviceBuffer targets, int ignored, float targetWeight, float classWeight,
        DeviceBuffer sums, DeviceBuffer scale, bool scaleIsScalar, DeviceBuffer dx, long rows, int n);
}

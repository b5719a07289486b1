using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Optimiser updates on a GPU, each one launch for a whole parameter; those of table rows add up the contributions first (<see
/// cref="RowUpdates"/>).
/// </summary>
internal sealed class GpuOptimizerKernels(GpuDevice device) : IOptimizerKernels
{
    private readonly GpuDevice _device = device;

    public void Adam(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer m, DeviceBuffer v, long count, in AdamCoefficients coefficients) =>
        Run(AdamStep(w, m, v, coefficients), gradient, count);

    public void Sgd(DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer b, long count,
        float gradientScale, float rate, float momentum, bool nesterov, float decay) =>
        Run(SgdStep(w, b, gradientScale, rate, momentum, nesterov, decay), gradient, count);

    public void Adagrad(
        DeviceBuffer w, DeviceBuffer gradient, DeviceBuffer a, long count, float gradientScale, float rate, float epsilon) =>
        Run(AdagradStep(w, a, gradientScale, rate, epsilon), gradient, count);

    public void SumOfSquares(DeviceBuffer x, long count, DeviceBuffer y)
    {
        int groups = SquareSumCode.Groups(count);
        using var scratch = new DeviceScratch(_device, groups == 1 ? 0 : DeviceScratch.Room<double>(groups));
        ArrayView<double> parts = groups == 1 ? default : scratch.Take<double>(groups);
        var arguments = new SquareSumArguments { X = x.Floats(), Y = y.Floats(), Parts = parts, Count = count };
        if (groups == 1)
        {
            _device.Launch(SquareSumCode.Whole, new Index3D(1, 1, 1), SquareSumCode.GroupSize, arguments);
            return;
        }

        _device.Launch(SquareSumCode.Parts, new Index3D(groups, 1, 1), SquareSumCode.GroupSize, arguments);
        arguments.Count = groups;
        _device.Launch(SquareSumCode.Combine, new Index3D(1, 1, 1), SquareSumCode.GroupSize, arguments);
    }

    public void AdamRows(DeviceBuffer w, in RowContributions gradient, DeviceBuffer m, DeviceBuffer v, in AdamCoefficients coefficients) =>
        RowUpdates.Run(_device, gradient, AdamStep(w, m, v, coefficients));

    public void SgdRows(DeviceBuffer w, in RowContributions gradient, DeviceBuffer b,
        float gradientScale, float rate, float momentum, bool nesterov, float decay) =>
        RowUpdates.Run(_device, gradient, SgdStep(w, b, gradientScale, rate, momentum, nesterov, decay));

    public void AdagradRows(DeviceBuffer w, in RowContributions gradient, DeviceBuffer a, float gradientScale, float rate, float epsilon) =>
        RowUpdates.Run(_device, gradient, AdagradStep(w, a, gradientScale, rate, epsilon));

    public void SumOfSquaresRows(in RowContributions gradient, DeviceBuffer y) => RowSquares.Run(_device, gradient, y.Floats());

    private static AdamStep AdamStep(DeviceBuffer w, DeviceBuffer m, DeviceBuffer v, in AdamCoefficients coefficients) => new()
    {
        W = w.Floats(),
        M = m.Floats(),
        V = v.Floats(),
        GradientScale = coefficients.GradientScale,
        GradientDecay = coefficients.GradientDecay,
        Beta1 = coefficients.Beta1,
        Rest1 = 1f - coefficients.Beta1,
        Beta2 = coefficients.Beta2,
        Rest2 = 1f - coefficients.Beta2,
        Kept = 1f - coefficients.Decay,
        StepSize = coefficients.StepSize,
        RootScale = coefficients.RootScale,
        Epsilon = coefficients.Epsilon,
    };

    private static SgdStep SgdStep(
        DeviceBuffer w, DeviceBuffer b, float gradientScale, float rate, float momentum, bool nesterov, float decay) => new()
        {
            W = w.Floats(),
            B = b.Floats(),
            GradientScale = gradientScale,
            Rate = rate,
            Momentum = momentum,
            Decay = decay,
            HasMomentum = momentum == 0 ? 0 : 1,
            Nesterov = nesterov ? 1 : 0,
        };

    private static AdagradStep AdagradStep(DeviceBuffer w, DeviceBuffer a, float gradientScale, float rate, float epsilon) => new()
    {
        W = w.Floats(),
        A = a.Floats(),
        GradientScale = gradientScale,
        Rate = rate,
        Epsilon = epsilon,
    };

    private void Run<TStep>(TStep step, DeviceBuffer gradient, long count)
        where TStep : struct, IElementStep
    {
        var arguments = new StepArguments<TStep> { Step = step, Gradient = gradient.Floats(), Count = count };
        _device.LaunchOver(StepCode.Run<TStep>, count, arguments);
    }
}

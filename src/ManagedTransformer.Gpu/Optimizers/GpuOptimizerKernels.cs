using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Optimiser updates on a GPU, several parameters in a launch (<see cref="JointLauncher{TPart}"/>); those of table rows add up the
/// contributions first (<see cref="RowUpdates"/>).
/// </summary>
internal sealed class GpuOptimizerKernels(GpuDevice device) : IOptimizerKernels
{
    private readonly GpuDevice _device = device;

    public void Adam(ReadOnlySpan<AdamProblem> problems)
    {
        JointLauncher<StepArguments<AdamStep>> steps = new(_device, StepCode.Run, GridStride.GroupSize);
        foreach (AdamProblem problem in problems)
        {
            Add(ref steps, AdamStep(problem.W, problem.M, problem.V, problem.Coefficients), problem.Gradient, problem.Count);
        }

        steps.Launch();
    }

    public void Sgd(ReadOnlySpan<SgdProblem> problems)
    {
        JointLauncher<StepArguments<SgdStep>> steps = new(_device, StepCode.Run, GridStride.GroupSize);
        foreach (SgdProblem problem in problems)
        {
            SgdStep step = SgdStep(problem.W, problem.B, problem.GradientScale, problem.Rate, problem.Momentum, problem.Nesterov,
                problem.Decay);
            Add(ref steps, step, problem.Gradient, problem.Count);
        }

        steps.Launch();
    }

    public void Adagrad(ReadOnlySpan<AdagradProblem> problems)
    {
        JointLauncher<StepArguments<AdagradStep>> steps = new(_device, StepCode.Run, GridStride.GroupSize);
        foreach (AdagradProblem problem in problems)
        {
            AdagradStep step = AdagradStep(problem.W, problem.A, problem.GradientScale, problem.Rate, problem.Epsilon);
            Add(ref steps, step, problem.Gradient, problem.Count);
        }

        steps.Launch();
    }

    public void SumOfSquares(ReadOnlySpan<SquareSumProblem> problems)
    {
        long room = 0;
        foreach (SquareSumProblem problem in problems)
        {
            room += Room(SquareSumCode.Groups(problem.Count));
        }

        using var scratch = new DeviceScratch(_device, room);
        JointLauncher<SquareSumArguments> sums = new(_device, SquareSumCode.Parts, SquareSumCode.GroupSize),
            combined = new(_device, SquareSumCode.CombineEach, SquareSumCode.GroupSize);
        List<SquareSumArguments> parts = [];
        foreach (SquareSumProblem problem in problems)
        {
            int groups = SquareSumCode.Groups(problem.Count);
            SquareSumArguments arguments = new()
            {
                X = problem.X.Floats(),
                Y = problem.Y.Floats(),
                Parts = groups == 1 ? default : scratch.Take<double>(groups),
                Count = problem.Count,
            };
            sums.Add(arguments, groups);
            if (groups > 1)
            {
                arguments.Count = groups;
                parts.Add(arguments);
            }
        }

        sums.Launch();
        foreach (SquareSumArguments arguments in parts)
        {
            combined.Add(arguments, 1);
        }

        combined.Launch();
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

    private static void Add<TStep>(ref JointLauncher<StepArguments<TStep>> steps, TStep step, DeviceBuffer gradient, long count)
        where TStep : struct, IElementStep =>
        steps.Add(new() { Step = step, Gradient = gradient.Floats(), Count = count }, GridStride.Groups(count));

    private static long Room(int groups) => groups == 1 ? 0 : DeviceScratch.Room<double>(groups);
}

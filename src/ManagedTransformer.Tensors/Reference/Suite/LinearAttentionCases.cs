using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>
/// Cases of linear attention and its gradient: sizes and chunks around every tile, denominators, gates, padding, carried states,
/// layouts, single steps.
/// </summary>
internal static class LinearAttentionCases
{
    private static readonly Tolerance _forward = new(1e-5, 1e-5), _gradient = new(5e-5, 5e-5);

    private sealed record Setting(string Name, LinearDenominator Denominator = LinearDenominator.Add, float Epsilon = 1e-3f,
        bool Gates = false, bool Padding = false, bool State = false, bool Packed = false, float Lowest = 0.05f, bool Factors = false,
        float LowestGate = -4);

    private readonly record struct Size(int Batch, int Heads, int Length, int Features, int Width, int Chunk)
    {
        public override string ToString() => $"[{Batch}, {Heads}, {Length}, {Features}, {Width}], chunk {Chunk}";
    }

    private static readonly Size[] _sizes =
    [
        new(1, 1, 1, 1, 1, 1), new(2, 3, 5, 4, 3, 2), new(1, 2, 7, 5, 9, 64), new(1, 1, 17, 16, 15, 17), new(2, 2, 33, 7, 24, 16),
        new(1, 3, 64, 32, 32, 64), new(1, 2, 70, 33, 17, 64), new(1, 1, 150, 8, 64, 128), new(1, 2, 40, 65, 31, 13),
        new(3, 1, 2, 20, 16, 1), new(1, 1, 131, 3, 2, 130), new(1, 2, 70, 130, 70, 64), new(0, 2, 3, 4, 4, 2), new(1, 2, 0, 4, 4, 2),
    ];

    private static readonly Setting[] _settings =
    [
        new("sum with epsilon"),
        new("clamped, features of either sign", LinearDenominator.Clamp, 0.5f, Packed: true, Lowest: -0.2f),
        new("clamped magnitude, features of either sign", LinearDenominator.AbsClamp, 0.5f, State: true, Lowest: -0.2f),
        new("padding", LinearDenominator.Clamp, 0.01f, Padding: true),
        new("padding, state", Padding: true, State: true),
        new("gates", Gates: true, Epsilon: 1e-2f),
        new("an epsilon per query", Factors: true, State: true),
        new("an epsilon per query, clamped", LinearDenominator.Clamp, 0.5f, Factors: true, Lowest: -0.2f),
        new("an epsilon per query, clamped magnitude, gates", LinearDenominator.AbsClamp, 0.5f, Gates: true, Factors: true, Lowest: -0.2f),
        new("gates, padding, state", LinearDenominator.Clamp, 1e-2f, Gates: true, Padding: true, State: true, Packed: true),
    ];

    // Those that tensor cores multiply: all pairs of features and values in the first setting, lengths around chunks in the others.
    private static readonly Size[] _wholeWidths =
    [
        new(1, 1, 5, 32, 32, 64), new(1, 1, 20, 32, 64, 64), new(1, 1, 35, 32, 128, 64), new(1, 1, 64, 64, 32, 64),
        new(1, 2, 65, 64, 64, 64), new(1, 1, 33, 64, 128, 64), new(1, 1, 17, 128, 32, 64), new(1, 1, 80, 128, 64, 64),
        new(1, 1, 66, 128, 128, 64), new(1, 1, 70, 16, 64, 64),
    ];

    private static readonly Size[] _wholeLengths =
    [
        new(1, 1, 1, 32, 64, 64), new(1, 1, 70, 16, 32, 64), new(2, 3, 33, 64, 32, 64), new(1, 2, 131, 32, 64, 64),
        new(1, 1, 200, 64, 64, 64),
    ];

    private static readonly Setting[] _wholeSettings =
    [
        new("whole heads, state, an epsilon per query", Factors: true, State: true),
        new("whole heads, clamped magnitude, features of either sign", LinearDenominator.AbsClamp, 0.5f, State: true, Packed: true,
            Lowest: -0.2f),
        new("whole heads, padding", LinearDenominator.Clamp, 0.01f, Padding: true),
        new("whole heads, gates, some all but closed", Gates: true, Epsilon: 1e-2f, LowestGate: -60),
        new("whole heads, gates, padding, state", LinearDenominator.Clamp, 1e-2f, Gates: true, Padding: true, State: true, Packed: true),
    ];

    private static readonly (Setting Setting, Size[] Sizes)[] _all =
    [
        .. _settings.Select(setting => (setting, _sizes)),
        (new Setting("whole heads, sum with epsilon"), _wholeWidths),
        .. _wholeSettings.Select(setting => (setting, _wholeLengths)),
    ];

    public static IEnumerable<KernelCase> All =>
    [
        .. _all.Select(test => new KernelCase("LinearAttention", test.Setting.Name, run => RunForward(run, test.Setting, test.Sizes))),
        .. _all.Select(
            test => new KernelCase("LinearAttentionGradient", test.Setting.Name, run => RunGradient(run, test.Setting, test.Sizes))),
        .. _settings.Select(
            setting => new KernelCase("LinearAttention", $"one step in place, {setting.Name}", run => RunStep(run, setting))),
    ];

    private static void RunForward(KernelRun run, Setting setting, Size[] sizes)
    {
        foreach (Size size in sizes)
        {
            run.Kernels.Attention.LinearAttention(Problem(run, setting, size));
        }
    }

    private static void RunStep(KernelRun run, Setting setting)
    {
        foreach (Size size in _sizes)
        {
            LinearAttentionProblem problem = Problem(run, setting with { State = true }, size with { Length = 1 });
            problem.Denominators = default;
            problem.FinalS = run.Compared($"s in place {size}", problem.S, StateSize(size), _forward);
            problem.FinalZ = run.Compared($"z in place {size}", problem.Z, StateSize(size) / size.Width, _forward);
            run.Kernels.Attention.LinearAttention(problem);
        }
    }

    private static void RunGradient(KernelRun run, Setting setting, Size[] sizes)
    {
        foreach (Size size in sizes)
        {
            LinearAttentionProblem forward = Problem(run, setting, size);
            run.Kernels.Attention.LinearAttention(forward);
            var problem = new LinearAttentionGradientProblem { Forward = forward };
            (problem.DY, problem.DYStrides) = Rows(run, setting, size, size.Width, -1, 3);
            (problem.DQ, problem.DQStrides) = Results(run, $"dq {size}", setting, size, size.Features, _gradient);
            (problem.DK, problem.DKStrides) = Results(run, $"dk {size}", setting, size, size.Features, _gradient);
            (problem.DV, problem.DVStrides) = Results(run, $"dv {size}", setting, size, size.Width, _gradient);
            if (setting.Gates)
            {
                problem.DGates = run.Output($"dgates {size}", (long)size.Batch * size.Length * size.Heads, _gradient, 1);
            }

            if (setting.State)
            {
                problem.DFinalS = run.Numbers(StateSize(size), -0.1f, 0.1f, 1);
                problem.DFinalZ = run.Numbers(StateSize(size) / size.Width, -0.1f, 0.1f);
                problem.DS = run.Output($"ds {size}", StateSize(size), _gradient, 1);
                problem.DZ = run.Output($"dz {size}", StateSize(size) / size.Width, _gradient);
            }

            run.Kernels.Attention.LinearAttentionGradient(problem);
        }
    }

    private static LinearAttentionProblem Problem(KernelRun run, Setting setting, Size size)
    {
        var problem = new LinearAttentionProblem
        {
            Batch = size.Batch,
            Heads = size.Heads,
            Length = size.Length,
            Features = size.Features,
            ValueWidth = size.Width,
            Denominator = setting.Denominator,
            Epsilon = setting.Epsilon,
            Chunk = size.Chunk,
        };
        (problem.Q, problem.QStrides) = Rows(run, setting, size, size.Features, setting.Lowest, 1);
        (problem.K, problem.KStrides) = Rows(run, setting, size, size.Features, setting.Lowest, 0);
        (problem.V, problem.VStrides) = Rows(run, setting, size, size.Width, -1, 3);
        (problem.Y, problem.YStrides) = Results(run, $"y {size}", setting, size, size.Width, _forward);
        long positions = (long)size.Batch * size.Length;

        // Gates from almost closed to almost open; where some are closed, sums of logarithms are large beside their differences.
        problem.Gates = setting.Gates ? run.Numbers(positions * size.Heads, setting.LowestGate, 5, 1) : default;
        problem.EpsilonFactors = setting.Factors ? run.Numbers(positions * size.Heads, 0, 30, 1) : default;
        problem.KeyPadding = setting.Padding ? run.WholeNumbers(positions, 0, 2, 1) : default;
        problem.Denominators = run.Output($"denominators {size}", positions * size.Heads, _forward, 1);
        if (setting.State)
        {
            problem.S = run.Numbers(StateSize(size), -1, 1, 1);
            problem.Z = run.Numbers(StateSize(size) / size.Width, 0, 1);
            problem.FinalS = run.Output($"s {size}", StateSize(size), _forward);
            problem.FinalZ = run.Output($"z {size}", StateSize(size) / size.Width, _forward, 1);
        }

        return problem;
    }

    private static long StateSize(Size size) => (long)size.Batch * size.Heads * size.Features * size.Width;

    private static (DeviceBuffer Buffer, RowStrides Strides) Rows(KernelRun run, Setting setting, Size size, int width,
        float low, int offset)
    {
        RowStrides strides = StridesOf(setting, size, width);
        return (run.Numbers(size.Batch * strides.Batch, low, 1, offset), strides);
    }

    private static (DeviceBuffer Buffer, RowStrides Strides) Results(KernelRun run, string label, Setting setting, Size size, int width,
        Tolerance tolerance)
    {
        RowStrides strides = StridesOf(setting, size, width);
        return (run.Output(label, size.Batch * strides.Batch, tolerance, width % 4), strides);
    }

    // Heads inside a time step, alone or beside other parts of a packed projection.
    private static RowStrides StridesOf(Setting setting, Size size, int width)
    {
        long step = (long)size.Heads * width * (setting.Packed ? 3 : 1);
        return new(size.Length * step, step, width);
    }
}

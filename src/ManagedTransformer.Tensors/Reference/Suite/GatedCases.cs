using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Reference;

/// <summary>Cases of products with an activated gate: packed rows and separate ones.</summary>
internal static class GatedCases
{
    private static readonly Tolerance _forward = new(4e-6, 1e-6), _gradient = new(1e-5, 4e-6);

    public static IEnumerable<KernelCase> All =>
        Enum.GetValues<Activation>().SelectMany(activation => new KernelCase[]
        {
            new("Gate", $"shapes, {activation}", run => Forward(run, activation)),
            new("GateGradient", $"shapes, {activation}", run => Gradient(run, activation)),
        });

    private static IEnumerable<(int Rows, int Width)> Sizes =>
        [.. KernelSuite.Widths.Select(width => (3, width)), (0, 5), (4, 0), (37, 130), (70, 1536)];

    private static void Forward(KernelRun run, Activation activation)
    {
        foreach ((int rows, int width) in Sizes)
        {
            GatedProblem problem = Problem(run, activation, rows, width);
            problem.Y = run.Output($"y [{rows}, {width}]", (long)rows * width, _forward, 1);
            run.Kernels.Elementwise.Gate(problem);
        }
    }

    private static void Gradient(KernelRun run, Activation activation)
    {
        foreach ((int rows, int width) in Sizes)
        {
            GatedProblem problem = Problem(run, activation, rows, width);
            problem.DY = run.Numbers((long)rows * width, offset: 3);
            problem.DGate = run.Output($"dGate [{rows}, {width}]", (long)rows * width, _gradient, 1);
            problem.DUp = run.Output($"dUp [{rows}, {width}]", (long)rows * width, _gradient);
            (problem.DGateStride, problem.DUpStride) = (width, width);
            run.Kernels.Elementwise.GateGradient(problem);
        }
    }

    // Gate and up in one packed tensor where the width is odd.
    private static GatedProblem Problem(KernelRun run, Activation activation, int rows, int width)
    {
        DeviceBuffer packed = run.Numbers(2L * rows * width, -4, 4, width % 4);
        bool together = width % 2 == 1;
        return new GatedProblem
        {
            Activation = activation,
            Rows = rows,
            Width = width,
            Gate = packed,
            GateStride = together ? 2L * width : width,
            Up = together ? packed with { Offset = packed.Offset + width } : run.Numbers((long)rows * (width + 3), offset: 1),
            UpStride = together ? 2L * width : width + 3,
        };
    }
}

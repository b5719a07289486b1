using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>A <see cref="GatedProblem"/> as <see cref="GatedCode"/> takes it: Count elements in rows of Width.</summary>
internal struct GatedArguments
{
    public ArrayView<float> Gate, Up, Y, DY, DGate, DUp;
    public long Count, GateStride, UpStride, DGateStride, DUpStride;
    public int Width, Activation;

    public static GatedArguments Of(in GatedProblem problem) => new()
    {
        Gate = problem.Gate.Floats(),
        Up = problem.Up.Floats(),
        Y = problem.Y.Floats(),
        DY = problem.DY.Floats(),
        DGate = problem.DGate.Floats(),
        DUp = problem.DUp.Floats(),
        Count = problem.Rows * problem.Width,
        GateStride = problem.GateStride,
        UpStride = problem.UpStride,
        DGateStride = problem.DGateStride,
        DUpStride = problem.DUpStride,
        Width = problem.Width,
        Activation = (int)problem.Activation,
    };
}

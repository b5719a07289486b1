using ILGPU;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>
/// An <see cref="AttentionGradientProblem"/> as kernels take it; <see cref="Dots"/> are dy . y of all queries in the order of Maxima.
/// </summary>
internal struct AttentionGradientArguments
{
    public AttentionArguments Forward;
    public HeadOperand DY, DQ, DK, DV;
    public ArrayView<float> Dots;

    public static AttentionGradientArguments Of(in AttentionGradientProblem problem, ArrayView<float> dots) => new()
    {
        Forward = AttentionArguments.Of(problem.Forward),
        DY = HeadOperand.Of(problem.DY, problem.DYStrides),
        DQ = HeadOperand.Of(problem.DQ, problem.DQStrides),
        DK = HeadOperand.Of(problem.DK, problem.DKStrides),
        DV = HeadOperand.Of(problem.DV, problem.DVStrides),
        Dots = dots,
    };
}

using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// What <see cref="LinearGateGradientCode"/> takes: states before every chunk and behind the last one,
/// and gradients of the states behind every chunk.
/// </summary>
internal struct LinearGateGradientArguments
{
    public LinearArguments Forward;
    public HeadOperand DQ, DK;
    public ArrayView<float> States, Gradients, DGates;
}

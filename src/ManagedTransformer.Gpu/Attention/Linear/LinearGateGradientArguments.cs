using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Arguments of <see cref="LinearGateGradientCode"/>: states before every chunk and behind the last one, and gradients of the states behind
/// every chunk.
/// </summary>
internal struct LinearGateGradientArguments
{
    public LinearArguments Forward;
    public HeadOperand DQ, DK;
    public ArrayView<float> States, Gradients, DGates;
}

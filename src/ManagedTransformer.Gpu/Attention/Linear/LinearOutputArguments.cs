using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>What <see cref="LinearOutputCode"/> takes; Factors and Biases are [pair, Length].</summary>
internal struct LinearOutputArguments
{
    public LinearArguments Forward;
    public HeadOperand DY;
    public ArrayView<float> Factors, Biases;
    public long Count;
}

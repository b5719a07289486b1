using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Arguments of <see cref="LinearOutputCode"/>; Factors and Biases are [pair, Length].</summary>
internal struct LinearOutputArguments
{
    public LinearArguments Forward;
    public HeadOperand DY;
    public ArrayView<float> Factors, Biases;
    public long Count;
}

namespace ManagedTransformer.Tensors.Kernels;

/// <summary>Counter-based random numbers: element i of a sequence is word i % 4 of Philox block i / 4 (<see cref="Philox"/>).</summary>
internal interface IRandomKernels
{
    /// <summary>
    /// y[i] = u[i] &lt; probability ? 0 : x[i] / (1 - probability), with u[i] the unit number of element i.
    /// Its own gradient with the same key.
    /// </summary>
    void Dropout(DeviceBuffer x, DeviceBuffer y, long count, float probability, RandomKey key);

    /// <summary>y[i] = low + (high - low) u[i].</summary>
    void Uniform(DeviceBuffer y, long count, float low, float high, RandomKey key);

    /// <summary>
    /// Normal numbers by Box-Muller from pairs of words (elements 2i and 2i+1 share words 2i, 2i+1): r = sqrt(-2 ln(1 - u0)), r cos(2 pi
    /// u1), r sin(2 pi u1).
    /// </summary>
    void Normal(DeviceBuffer y, long count, float mean, float deviation, RandomKey key);
}

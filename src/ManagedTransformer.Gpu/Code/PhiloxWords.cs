namespace ManagedTransformer.Gpu;

/// <summary>The four words of a block of <see cref="GpuPhilox"/>.</summary>
internal struct PhiloxWords
{
    public uint W0, W1, W2, W3;
}

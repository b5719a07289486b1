namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Memory for partial results within one kernel call.</summary>
internal readonly unsafe ref struct PooledScratch
{
    private readonly byte* _block;
    private readonly long _bytes;

    public PooledScratch(long floats)
    {
        _bytes = floats * sizeof(float);
        _block = HostDevice.Pool.Rent(_bytes);
    }

    public float* Floats => (float*)_block;

    public void Dispose() => HostDevice.Pool.Return(_block, _bytes);
}

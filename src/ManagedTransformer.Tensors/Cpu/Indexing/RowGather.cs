namespace ManagedTransformer.Tensors.Cpu.Indexing;

/// <summary>y[i] = table[indices[i]] for whole rows.</summary>
internal unsafe struct RowGather : IRangeJob
{
    public float* Table, Y;
    public int* Indices;
    public long Width;

    public readonly void Execute(long start, long end)
    {
        for (long i = start; i < end; i++)
        {
            Buffer.MemoryCopy(Table + (Indices[i] * Width), Y + (i * Width), Width * sizeof(float), Width * sizeof(float));
        }
    }
}

namespace ManagedTransformer.Tensors.Cpu.Indexing;

/// <summary>y[o, j, i] = x[o, indices[o, j, i], i] for x [outer, n, inner] and y [outer, k, inner]; an item is one line (o, j).</summary>
internal unsafe struct AxisGather : IRangeJob
{
    public float* X, Y;
    public int* Indices;
    public long Length, Picked, Inner;

    public readonly void Execute(long start, long end)
    {
        for (long line = start; line < end; line++)
        {
            float* x = X + (line / Picked * Length * Inner), y = Y + (line * Inner);
            int* indices = Indices + (line * Inner);
            for (long i = 0; i < Inner; i++)
            {
                y[i] = x[(indices[i] * Inner) + i];
            }
        }
    }
}

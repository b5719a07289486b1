namespace ManagedTransformer.Tensors.Cpu.Indexing;

/// <summary>x[o, indices[o, j, i], i] += y[o, j, i] in the order of j; an item is a block of columns of one o.</summary>
internal unsafe struct AxisScatter : IRangeJob
{
    public const long Block = 256;

    public float* X, Y;
    public int* Indices;
    public long Length, Picked, Inner, Blocks;

    public readonly void Execute(long start, long end)
    {
        for (long item = start; item < end; item++)
        {
            long outer = item / Blocks, column = item % Blocks * Block, columnEnd = Math.Min(Inner, column + Block);
            float* x = X + (outer * Length * Inner);
            for (long line = outer * Picked; line < (outer + 1) * Picked; line++)
            {
                for (long i = column; i < columnEnd; i++)
                {
                    x[(Indices[(line * Inner) + i] * Inner) + i] += Y[(line * Inner) + i];
                }
            }
        }
    }
}

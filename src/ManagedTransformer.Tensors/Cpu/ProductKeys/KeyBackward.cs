using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.ProductKeys;

/// <summary>
/// dKeys[head, half, key] += dScore times half of the query for every kept slot. An item is a block of columns of one half of one head: no two items write to
/// the same place, and each walks all rows in order.
/// </summary>
internal unsafe struct KeyBackward<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private const int Block = 64;

    public float* Query, DScores, DKeys;
    public int* Slots;
    public ProductKeyShape Shape;

    /// <summary>Number of items.</summary>
    public readonly long Items => (long)Shape.Heads * 2 * Blocks;

    private readonly int Blocks => (Shape.Half + Block - 1) / Block;

    public readonly void Execute(long start, long end)
    {
        for (long item = start; item < end; item++)
        {
            int column = (int)(item % Blocks) * Block;
            long part = item / Blocks; // head and half
            Add((int)(part / 2), (int)(part % 2), column, Math.Min(Block, Shape.Half - column));
        }
    }

    private readonly void Add(int head, int half, int column, int columns)
    {
        float* dKeys = DKeys + ((((head * 2L) + half) * Shape.Keys * Shape.Half) + column);
        for (long row = 0; row < Shape.Rows; row++)
        {
            long item = (row * Shape.Heads) + head;
            float* query = Query + (((item * 2) + half) * Shape.Half) + column;
            for (long place = item * Shape.Kept; place < (item + 1) * Shape.Kept; place++)
            {
                int slot = Slots[place];
                float* key = dKeys + ((long)(half == 0 ? slot / Shape.Keys : slot % Shape.Keys) * Shape.Half);
                TVector scale = TOps.Broadcast(DScores[place]);
                for (int i = 0; i < columns; i += TOps.Count)
                {
                    int left = columns - i;
                    TVector sum = TOps.MultiplyAdd(scale, VectorTail<TOps, TVector>.LoadUpTo(query + i, left), VectorTail<TOps, TVector>.LoadUpTo(key + i, left));
                    VectorTail<TOps, TVector>.StoreUpTo(sum, key + i, left);
                }
            }
        }
    }
}

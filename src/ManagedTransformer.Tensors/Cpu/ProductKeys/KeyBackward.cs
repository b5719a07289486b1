using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.ProductKeys;

/// <summary>
/// dKeys[head, half, key] += dScore times half of the query for every kept slot, the slots of a row summed by half key. An item is a block
/// of columns of one half of one head: no two items write to the same place, and each walks all rows in order.
/// </summary>
internal unsafe struct KeyBackward<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private const int Block = 64;

    [ThreadStatic]
    private static ThreadScratch? _scratch;

    public float* Query, DScores, DKeys;
    public int* Slots;
    public ProductKeyShape Shape;

    /// <summary>Number of items.</summary>
    public readonly long Items => (long)Shape.Heads * 2 * Blocks;

    private readonly int Blocks => (Shape.Half + Block - 1) / Block;

    public readonly void Execute(long start, long end)
    {
        ThreadScratch scratch = _scratch ??= new ThreadScratch();
        scratch.Reserve(HalfKeySums.Room(Shape.Keys, Shape.Kept));
        HalfKeySums sums = new(scratch, Shape.Keys, Shape.Kept);
        for (long item = start; item < end; item++)
        {
            int column = (int)(item % Blocks) * Block;
            long part = item / Blocks; // head and half
            Add((int)(part / 2), (int)(part % 2), column, Math.Min(Block, Shape.Half - column), ref sums);
        }
    }

    private readonly void Add(int head, int half, int column, int columns, ref HalfKeySums sums)
    {
        float* dKeys = DKeys + ((((head * 2L) + half) * Shape.Keys * Shape.Half) + column);
        for (long row = 0; row < Shape.Rows; row++)
        {
            long item = (row * Shape.Heads) + head;
            float* query = Query + (((item * 2) + half) * Shape.Half) + column;
            int count = sums.Collect(Slots + (item * Shape.Kept), DScores + (item * Shape.Kept), half);
            for (int m = 0; m < count; m++)
            {
                float* key = dKeys + ((long)sums.Numbers[m] * Shape.Half);
                TVector scale = TOps.Broadcast(sums.Sums[m]);
                for (int i = 0; i < columns; i += TOps.Count)
                {
                    int left = columns - i;
                    TVector sum = TOps.MultiplyAdd(scale, VectorTail<TOps, TVector>.LoadUpTo(query + i, left),
                        VectorTail<TOps, TVector>.LoadUpTo(key + i, left));
                    VectorTail<TOps, TVector>.StoreUpTo(sum, key + i, left);
                }
            }
        }
    }
}

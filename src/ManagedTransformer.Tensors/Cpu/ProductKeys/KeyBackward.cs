using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.ProductKeys;

/// <summary>
/// dKeys[head, half, key] += dScore times half of the query for every kept slot, in their order. An item is a block of columns of one half
/// of one head: no two items write to the same place, and each walks all rows in order.
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
        int* numbers = (int*)scratch.Reserve(BestKeys<TOps, TVector>.RoundUp(Shape.Kept));
        for (long item = start; item < end; item++)
        {
            int column = (int)(item % Blocks) * Block;
            long part = item / Blocks; // head and half
            Add((int)(part / 2), (int)(part % 2), column, Math.Min(Block, Shape.Half - column), numbers);
        }
    }

    private readonly void Add(int head, int half, int column, int columns, int* numbers)
    {
        float* dKeys = DKeys + ((((head * 2L) + half) * Shape.Keys * Shape.Half) + column);
        for (long row = 0; row < Shape.Rows; row++)
        {
            long item = (row * Shape.Heads) + head;
            float* query = Query + (((item * 2) + half) * Shape.Half) + column;
            HalfKeys<TOps, TVector>.Number(Slots + (item * Shape.Kept), Shape.Kept, Shape.Keys, half, numbers);
            AddRow(query, DScores + (item * Shape.Kept), numbers, Shape.Kept, columns, Shape.Half, dKeys);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void AddRow(float* query, float* dScores, int* numbers, int kept, int columns, nint width, float* dKeys)
    {
        int i = 0;
        for (; i <= columns - (2 * TOps.Count); i += 2 * TOps.Count)
        {
            TVector a = TOps.Load(query + i), b = TOps.Load(query + i + TOps.Count);
            for (int m = 0; m < kept; m++)
            {
                float* key = dKeys + (numbers[m] * width) + i;
                TVector scale = TOps.Broadcast(dScores[m]);
                TOps.Store(TOps.MultiplyAdd(scale, a, TOps.Load(key)), key);
                TOps.Store(TOps.MultiplyAdd(scale, b, TOps.Load(key + TOps.Count)), key + TOps.Count);
            }
        }

        for (; i < columns; i += TOps.Count)
        {
            int left = columns - i;
            TVector part = VectorTail<TOps, TVector>.LoadUpTo(query + i, left);
            for (int m = 0; m < kept; m++)
            {
                float* key = dKeys + (numbers[m] * width) + i;
                TVector sum = TOps.MultiplyAdd(TOps.Broadcast(dScores[m]), part, VectorTail<TOps, TVector>.LoadUpTo(key, left));
                VectorTail<TOps, TVector>.StoreUpTo(sum, key, left);
            }
        }
    }
}

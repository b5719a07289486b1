using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Indexing;

/// <summary>
/// table[indices[i]] += x[i] in the order of i for every table row. An item is a block of columns of a range of table rows: no two items
/// write to the same place, and each walks all indices in order.
/// </summary>
internal unsafe struct RowScatter<TOps, TVector> : IRangeJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    public const long Block = 128;
    private const long WantedItems = 8;

    public float* X, Table;
    public int* Indices;
    public int Skipped;
    public long Count, Width, Blocks, RowsPerOwner;

    public static void Run(float* x, int* indices, int skipped, float* table, int tableRows, long count, long width)
    {
        long blocks = (width + Block - 1) / Block;
        if (blocks == 0)
        {
            return;
        }

        bool small = count * width <= Ranges.Grain;
        long owners = small ? 1 : Math.Min(tableRows, (WantedItems + blocks - 1) / blocks);
        var job = new RowScatter<TOps, TVector>
        {
            X = x,
            Table = table,
            Indices = indices,
            Skipped = skipped,
            Count = count,
            Width = width,
            Blocks = blocks,
            RowsPerOwner = owners == 0 ? 1 : (tableRows + owners - 1) / owners,
        };
        Ranges.Run(owners * blocks, small ? owners * blocks : 1, ref job);
    }

    public readonly void Execute(long start, long end)
    {
        for (long item = start; item < end; item++)
        {
            long column = item % Blocks * Block, owner = item / Blocks;
            AddOwned(owner * RowsPerOwner, (owner + 1) * RowsPerOwner, column, Math.Min(Width, column + Block));
        }
    }

    private readonly void AddOwned(long firstRow, long endRow, long column, long columnEnd)
    {
        for (long i = 0; i < Count; i++)
        {
            int row = Indices[i];
            if (row == Skipped || row < firstRow || row >= endRow)
            {
                continue;
            }

            float* x = X + (i * Width), table = Table + (row * Width);
            for (long j = column; j < columnEnd; j += TOps.Count)
            {
                TVector sum = TOps.Add(VectorTail<TOps, TVector>.LoadUpTo(table + j, columnEnd - j),
                    VectorTail<TOps, TVector>.LoadUpTo(x + j, columnEnd - j));
                VectorTail<TOps, TVector>.StoreUpTo(sum, table + j, columnEnd - j);
            }
        }
    }
}

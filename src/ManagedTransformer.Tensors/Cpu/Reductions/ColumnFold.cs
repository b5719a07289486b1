using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Reductions;

/// <summary>
/// Reduces the middle axis of [outer, n, inner] by running along rows, four at a time. Many rows are cut into bands, whose results are
/// reduced in turn; many columns into blocks, whose running results stay in the first cache.
/// </summary>
internal static unsafe class ColumnFold<TOps, TVector, TFold, TTerm>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
    where TFold : struct, IFold<TVector>
    where TTerm : unmanaged, IColumnTerm<TVector>
{
    private const long Block = 2048, ShortestBand = 128, MostBands = 64;

    /// <summary>y[o, i] = fold over j of term[o, j, i].</summary>
    public static void Run(TTerm term, float* y, long outer, long n, long inner)
    {
        long band = Math.Max(ShortestBand, (n + MostBands - 1) / MostBands);
        long bands = Math.Max(1, (n + band - 1) / band);
        var job = new Job
        {
            Term = term,
            Y = y,
            Length = n,
            Inner = inner,
            Band = band,
            Bands = bands,
            Blocks = (inner + Block - 1) / Block,
        };
        if (bands == 1)
        {
            Run(outer, ref job);
            return;
        }

        using var partial = new PooledScratch(outer * bands * inner);
        job.Y = partial.Floats;
        Run(outer, ref job);
        var elements = new ColumnElements<TOps, TVector>(partial.Floats);
        ColumnFold<TOps, TVector, TFold, ColumnElements<TOps, TVector>>.Run(elements, y, outer, bands, inner);
    }

    private static void Run(long outer, ref Job job) =>
        Ranges.RunRows(outer * job.Bands * job.Blocks, Math.Min(job.Length, job.Band) * Math.Min(job.Inner, Block), ref job);

    private struct Job : IRangeJob
    {
        public TTerm Term;
        public float* Y;
        public long Length, Inner, Band, Bands, Blocks;

        public readonly void Execute(long start, long end)
        {
            for (long item = start; item < end; item++)
            {
                long column = item % Blocks * Block, line = item / Blocks;
                long row = line % Bands * Band;
                Fold((line / Bands * Length) + row, Math.Min(Band, Length - row), column, Math.Min(Inner, column + Block),
                    Y + (line * Inner));
            }
        }

        private readonly void Fold(long firstRow, long rows, long column, long columnEnd, float* y)
        {
            for (long i = column; i < columnEnd; i += TOps.Count)
            {
                VectorTail<TOps, TVector>.StoreUpTo(TOps.Broadcast(TFold.Identity), y + i, columnEnd - i);
            }

            TTerm term = Term;
            long inner = Inner, row = 0;
            for (; row <= rows - 4; row += 4)
            {
                long offset = (firstRow + row) * inner;
                for (long i = column; i < columnEnd; i += TOps.Count)
                {
                    long at = offset + i, count = columnEnd - i;
                    TVector a = TFold.Combine(term.Load(at, i, count), term.Load(at + inner, i, count));
                    TVector b = TFold.Combine(term.Load(at + (2 * inner), i, count), term.Load(at + (3 * inner), i, count));
                    TVector sum = TFold.Combine(VectorTail<TOps, TVector>.LoadUpTo(y + i, count), TFold.Combine(a, b));
                    VectorTail<TOps, TVector>.StoreUpTo(sum, y + i, count);
                }
            }

            for (; row < rows; row++)
            {
                long offset = (firstRow + row) * inner;
                for (long i = column; i < columnEnd; i += TOps.Count)
                {
                    TVector sum = TFold.Combine(VectorTail<TOps, TVector>.LoadUpTo(y + i, columnEnd - i),
                        term.Load(offset + i, i, columnEnd - i));
                    VectorTail<TOps, TVector>.StoreUpTo(sum, y + i, columnEnd - i);
                }
            }
        }
    }
}

using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// The general case: C is cut into tiles, each tile into micro-tiles, and k into blocks whose panels stay in the caches.
/// </summary>
/// <remarks>
/// The scheme is that of Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008). Where a factor is read often
/// enough, or does not have the order that the micro-kernel needs, it is packed: by all threads together before they share the tiles of C,
/// or, if a single tile uses that part, by the thread that computes the tile. Packing and tiling change no result: each element is the sum,
/// over blocks of k in ascending order, of alpha times the block's sum.
/// </remarks>
internal static unsafe class GemmBlocked<TOps, TVector, TRows>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
    where TRows : struct, IConstant
{
    /// <summary>Computes the problem; the batch is 1.</summary>
    public static void Run(in GemmProblem p)
    {
        var blocking = new GemmBlocking(p, TRows.Value, MicroTileWidth<TOps, TVector>.Value);
        var job = new GemmTileJob<TOps, TVector, TRows> { Problem = p, KBlock = blocking.KBlock };
        for (int m = 0; m < p.M; m += GemmBlocking.MaxRows)
        {
            job.M = m;
            job.Rows = Math.Min(GemmBlocking.MaxRows, p.M - m);
            int k = 0;
            do
            {
                job.K = k;
                job.Depth = Math.Min(blocking.Depth, p.K - k);
                bool packedA = false;
                for (int n = 0; n < p.N; n += GemmBlocking.MaxColumns)
                {
                    job.N = n;
                    job.Columns = Math.Min(GemmBlocking.MaxColumns, p.N - n);
                    int tiles = job.Split(blocking);
                    Pack(ref job, blocking.PackA && !job.PackTileOfA && !packedA);
                    packedA |= job.PackedA != null;
                    WorkerPool.Shared.Run(tiles, ref job);
                }

                job.PackedA = null;
                k += job.Depth;
            }
            while (k < p.K);
        }
    }

    /// <summary>Packs what several tiles use.</summary>
    private static void Pack(ref GemmTileJob<TOps, TVector, TRows> job, bool packA)
    {
        ref readonly GemmProblem p = ref job.Problem;
        var pack = new GemmPackJob<TRows, MicroTileWidth<TOps, TVector>> { KBlock = job.KBlock, Depth = job.Depth };
        if (packA)
        {
            pack.A = p.A + (p.TransposeA ? job.K * p.Lda + job.M : job.M * p.Lda + job.K);
            pack.Lda = (nint)p.Lda;
            pack.TransposeA = p.TransposeA;
            pack.Rows = job.Rows;
            job.PackedA = pack.PackedA = GemmScratch.PackedA.Reserve(GemmBlocking.RoundUp(job.Rows, TRows.Value) * (nint)job.Depth);
        }

        int columns = job.PackTileOfB ? 0 : job.Columns - job.FirstPackedColumn;
        if (columns > 0)
        {
            int n = job.N + job.FirstPackedColumn;
            pack.B = p.B + (p.TransposeB ? n * p.Ldb + job.K : job.K * p.Ldb + n);
            pack.Ldb = (nint)p.Ldb;
            pack.TransposeB = p.TransposeB;
            pack.Columns = columns;
            int padded = GemmBlocking.RoundUp(columns, MicroTileWidth<TOps, TVector>.Value);
            job.PackedB = pack.PackedB = GemmScratch.PackedB.Reserve(padded * (nint)job.Depth);
        }

        WorkerPool.Shared.Run(pack.Chunks, ref pack);
    }
}

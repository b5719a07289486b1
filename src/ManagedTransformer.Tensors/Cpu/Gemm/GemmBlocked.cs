using System.Runtime.CompilerServices;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// The general case: C is cut into tiles, each tile into micro-tiles, and k into blocks whose panels stay in the caches.
/// </summary>
/// <remarks>
/// The scheme is that of Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication" (2008). Where a factor is read often
/// enough, or does not have the order that the micro-kernel needs, it is packed first, by all threads together; then the threads share the
/// tiles of C. Packing and tiling change no result: each element is the sum, over blocks of k in ascending order, of alpha times the block's sum.
/// </remarks>
internal static unsafe class GemmBlocked<TVector, TLanes, TRows, TWidth>
    where TVector : unmanaged
    where TLanes : struct, ILanes<TVector>
    where TRows : struct, IConstant
    where TWidth : struct, IConstant
{
    /// <summary>Computes the problem; the batch is 1.</summary>
    public static void Run(in GemmProblem p)
    {
        var blocking = new GemmBlocking(p, TRows.Value, TWidth.Value);
        var job = new ComputeJob { Problem = p, KBlock = blocking.KBlock };
        for (int m = 0; m < p.M; m += GemmBlocking.MaxRows)
        {
            job.M = m;
            job.Rows = Math.Min(GemmBlocking.MaxRows, p.M - m);
            int k = 0;
            do
            {
                job.K = k;
                job.Depth = Math.Min(blocking.Depth, p.K - k);
                bool packA = blocking.PackA;
                for (int n = 0; n < p.N; n += GemmBlocking.MaxColumns)
                {
                    job.N = n;
                    job.Columns = Math.Min(GemmBlocking.MaxColumns, p.N - n);
                    job.FirstPackedColumn = blocking.PackB ? 0 : job.Columns % TLanes.Count == 0 ? job.Columns : job.Columns / TWidth.Value * TWidth.Value;
                    Pack(ref job, packA);
                    packA = false;
                    int tiles = job.Split();
                    WorkerPool.Shared.Run(tiles, ref job);
                }
                k += job.Depth;
            }
            while (k < p.K);
        }
    }

    private static void Pack(ref ComputeJob job, bool packA)
    {
        ref readonly GemmProblem p = ref job.Problem;
        var pack = new PackJob { KBlock = job.KBlock, Depth = job.Depth };
        if (packA)
        {
            pack.A = p.A + (p.TransposeA ? job.K * p.Lda + job.M : job.M * p.Lda + job.K);
            pack.Lda = (nint)p.Lda;
            pack.TransposeA = p.TransposeA;
            pack.Rows = job.Rows;
            job.PackedA = pack.PackedA = Scratch.PackedA.Reserve(Panels(job.Rows, TRows.Value) * TRows.Value * (nint)job.Depth);
        }
        int columns = job.Columns - job.FirstPackedColumn;
        if (columns > 0)
        {
            int n = job.N + job.FirstPackedColumn;
            pack.B = p.B + (p.TransposeB ? n * p.Ldb + job.K : job.K * p.Ldb + n);
            pack.Ldb = (nint)p.Ldb;
            pack.TransposeB = p.TransposeB;
            pack.Columns = columns;
            job.PackedB = pack.PackedB = Scratch.PackedB.Reserve(Panels(columns, TWidth.Value) * TWidth.Value * (nint)job.Depth);
        }
        int chunks = Panels(pack.Rows, PackJob.RowsPerChunk) + Panels(pack.Columns, PackJob.ColumnsPerChunk);
        WorkerPool.Shared.Run(chunks, ref pack);
    }

    private static int Panels(int extent, int width) => (extent + width - 1) / width;

    /// <summary>Packs some panels of A or of B per chunk.</summary>
    private struct PackJob : IWorkerJob
    {
        private const int PanelsPerChunk = 8;

        public float* A, PackedA, B, PackedB;
        public nint Lda, Ldb;
        public bool TransposeA, TransposeB;
        public int Rows, Columns, Depth, KBlock;

        public static int RowsPerChunk => PanelsPerChunk * TRows.Value;

        public static int ColumnsPerChunk => PanelsPerChunk * TWidth.Value;

        public readonly void Execute(int chunk)
        {
            int chunksOfA = Panels(Rows, RowsPerChunk);
            if (chunk < chunksOfA)
                Pack<TRows>(A, Lda, !TransposeA, Rows, PackedA, chunk);
            else
                Pack<TWidth>(B, Ldb, TransposeB, Columns, PackedB, chunk - chunksOfA);
        }

        private readonly void Pack<TPanel>(float* source, nint stride, bool transpose, int extent, float* target, int chunk)
            where TPanel : struct, IConstant
        {
            int panels = Panels(extent, TPanel.Value), first = chunk * PanelsPerChunk * TPanel.Value;
            int count = Math.Min(PanelsPerChunk * TPanel.Value, extent - first);
            for (int block = 0; block < Depth; block += KBlock)
            {
                int length = Math.Min(KBlock, Depth - block);
                float* packed = target + block * (nint)panels * TPanel.Value + (nint)first * length;
                if (transpose)
                    GemmPacking<TPanel>.Transpose(source + first * stride + block, stride, count, length, packed);
                else
                    GemmPacking<TPanel>.Copy(source + block * stride + first, stride, count, length, packed);
            }
        }
    }

    /// <summary>Computes one tile of C per chunk.</summary>
    private struct ComputeJob : IWorkerJob
    {
        public GemmProblem Problem;

        /// <summary>The part of the problem at hand: rows M to M + Rows - 1 of C, columns N to N + Columns - 1, and Depth steps from K on.</summary>
        public int M, Rows, N, Columns, K, Depth;

        public int KBlock, FirstPackedColumn;
        public float* PackedA, PackedB;
        private int _rowTiles, _columnTiles;

        /// <summary>Cuts the part into tiles and says how many.</summary>
        public int Split()
        {
            (_rowTiles, _columnTiles) = GemmBlocking.Split(Rows, Columns, Depth, TRows.Value, TWidth.Value);
            return _rowTiles * _columnTiles;
        }

        public readonly void Execute(int chunk)
        {
            (int rowTile, int columnTile) = (chunk % _rowTiles, chunk / _rowTiles);
            int rowPanels = Panels(Rows, TRows.Value), columnPanels = Panels(Columns, TWidth.Value);
            int m = (int)((long)rowPanels * rowTile / _rowTiles) * TRows.Value;
            int mEnd = Math.Min(Rows, (int)((long)rowPanels * (rowTile + 1) / _rowTiles) * TRows.Value);
            int n = (int)((long)columnPanels * columnTile / _columnTiles) * TWidth.Value;
            int nEnd = Math.Min(Columns, (int)((long)columnPanels * (columnTile + 1) / _columnTiles) * TWidth.Value);

            int block = 0;
            do
            {
                int length = Math.Min(KBlock, Depth - block);
                for (int j = n; j < nEnd; j += TWidth.Value)
                    ComputeColumns(m, mEnd, j, Math.Min(TWidth.Value, nEnd - j), block, length);
                block += length;
            }
            while (block < Depth);

            if (K + Depth == Problem.K)
                GemmEpilogue.Apply(Problem, M + m, mEnd - m, N + n, nEnd - n);
        }

        /// <summary>One block of k for up to a panel's width of columns.</summary>
        private readonly void ComputeColumns(int m, int mEnd, int n, int columns, int block, int length)
        {
            float* b;
            nint bStep;
            if (n >= FirstPackedColumn)
            {
                int panels = Panels(Columns - FirstPackedColumn, TWidth.Value), panel = (n - FirstPackedColumn) / TWidth.Value;
                b = PackedB + (block * (nint)panels + (nint)panel * length) * TWidth.Value;
                bStep = TWidth.Value;
            }
            else
            {
                b = Problem.B + (K + block) * Problem.Ldb + N + n;
                bStep = (nint)Problem.Ldb;
            }

            bool accumulate = Problem.Accumulate || K + block > 0;
            for (int i = m; i < mEnd; i += TRows.Value)
            {
                int rows = Math.Min(TRows.Value, mEnd - i);
                float* a;
                nint aRow = 1, aStep;
                if (PackedA != null)
                {
                    int panels = Panels(Rows, TRows.Value), panel = i / TRows.Value;
                    a = PackedA + (block * (nint)panels + (nint)panel * length) * TRows.Value;
                    aStep = TRows.Value;
                }
                else if (Problem.TransposeA)
                {
                    a = Problem.A + (K + block) * Problem.Lda + M + i;
                    aStep = (nint)Problem.Lda;
                }
                else
                {
                    a = Problem.A + (M + i) * Problem.Lda + K + block;
                    aRow = (nint)Problem.Lda;
                    aStep = 1;
                }
                float* c = Problem.C + (M + i) * Problem.Ldc + N + n;
                if (columns == TWidth.Value)
                    GemmTile<TVector, TLanes>.Run<Constants.C2>(rows, length, a, aRow, aStep, b, bStep, c, (nint)Problem.Ldc, Problem.Alpha, accumulate);
                else if (columns == TLanes.Count)
                    GemmTile<TVector, TLanes>.Run<Constants.C1>(rows, length, a, aRow, aStep, b, bStep, c, (nint)Problem.Ldc, Problem.Alpha, accumulate);
                else
                    ComputeEdge(rows, columns, length, a, aRow, aStep, b, bStep, c, accumulate);
            }
        }

        /// <summary>A micro-tile whose last vector is only partly inside C: computed beside C, on zero-padded columns.</summary>
        [SkipLocalsInit]
        private readonly void ComputeEdge(int rows, int columns, int length, float* a, nint aRow, nint aStep, float* b, nint bStep, float* c, bool accumulate)
        {
            float* tile = stackalloc float[12 * 32];
            if (accumulate)
            {
                for (int i = 0; i < rows; i++)
                    new ReadOnlySpan<float>(c + i * Problem.Ldc, columns).CopyTo(new Span<float>(tile + i * TWidth.Value, columns));
            }
            if (columns > TLanes.Count)
                GemmTile<TVector, TLanes>.Run<Constants.C2>(rows, length, a, aRow, aStep, b, bStep, tile, TWidth.Value, Problem.Alpha, accumulate);
            else
                GemmTile<TVector, TLanes>.Run<Constants.C1>(rows, length, a, aRow, aStep, b, bStep, tile, TWidth.Value, Problem.Alpha, accumulate);
            for (int i = 0; i < rows; i++)
                new ReadOnlySpan<float>(tile + i * TWidth.Value, columns).CopyTo(new Span<float>(c + i * Problem.Ldc, columns));
        }
    }
}

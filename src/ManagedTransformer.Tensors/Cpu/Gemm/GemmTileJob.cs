using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Computes one tile of C per chunk.</summary>
internal unsafe struct GemmTileJob<TOps, TVector, TRows> : IWorkerJob
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
    where TRows : struct, IConstant
{
    public GemmProblem Problem;

    /// <summary>
    /// The part of the problem at hand: rows M to M + Rows - 1 of C, columns N to N + Columns - 1, and Depth steps from K on.
    /// </summary>
    public int M, Rows, N, Columns, K, Depth;

    /// <summary>Steps per block of k.</summary>
    public int KBlock;

    /// <summary>Columns from here on, counted from N, are packed; those before are read in place.</summary>
    public int FirstPackedColumn;

    /// <summary>Panels of the whole part that all tiles share, or null.</summary>
    public float* PackedA, PackedB;

    /// <summary>True if each tile packs what it reads.</summary>
    public bool PackTileOfA, PackTileOfB;

    private int _rowTiles, _columnTiles;

    private static int Width => MicroTileWidth<TOps, TVector>.Value;

    /// <summary>Cuts the part into tiles, says how many, and decides who packs.</summary>
    public int Split(in GemmBlocking blocking)
    {
        (_rowTiles, _columnTiles) = GemmBlocking.Split(Rows, Columns, Depth, TRows.Value, Width, Problem.SideBySide);
        PackTileOfA = blocking.PackA && _columnTiles == 1 && Problem.N <= GemmBlocking.MaxColumns;
        PackTileOfB = blocking.PackB && _rowTiles == 1 && Problem.M <= GemmBlocking.MaxRows;
        bool wholeVectors = Columns % TOps.Count == 0;
        FirstPackedColumn = blocking.PackB ? 0 : wholeVectors ? Columns : Columns / Width * Width;
        return _rowTiles * _columnTiles;
    }

    public readonly void Execute(int chunk)
    {
        (int m, int mEnd) = GemmBlocking.Range(chunk % _rowTiles, _rowTiles, Rows, TRows.Value);
        (int n, int nEnd) = GemmBlocking.Range(chunk / _rowTiles, _columnTiles, Columns, Width);
        int block = 0;
        do
        {
            int length = Math.Min(KBlock, Depth - block);
            GemmBlockAhead ahead = BlockAhead(m, mEnd, n, nEnd, K + block + length);
            GemmOperand a = OperandA(m, mEnd, block, length);
            if (n < FirstPackedColumn)
            {
                float* b = Problem.B + (K + block) * Problem.Ldb + N + n;
                Compute(a, new GemmOperand(b, Width, 1, (nint)Problem.Ldb), m, mEnd, n, Math.Min(nEnd, FirstPackedColumn),
                    K + block, length, ref ahead);
            }

            int firstPacked = Math.Max(n, FirstPackedColumn);
            if (firstPacked < nEnd)
            {
                Compute(a, PackedOperandB(firstPacked, nEnd, block, length), m, mEnd, firstPacked, nEnd, K + block, length, ref ahead);
            }

            block += length;
        }
        while (block < Depth);

        if (K + Depth < Problem.K)
        {
            return;
        }

        if (GemmEpilogue<TOps, TVector>.SumsBeforeActivation(Problem))
        {
            GemmEpilogue<TOps, TVector>.Activate(Problem, M + m, mEnd - m, N + n, nEnd - n);
        }
        else if (!GemmEpilogue<TOps, TVector>.IsInKernel(Problem))
        {
            GemmEpilogue<TOps, TVector>.Apply(Problem, M + m, mEnd - m, N + n, nEnd - n);
        }
    }

    private readonly GemmOperand OperandA(int m, int mEnd, int block, int length)
    {
        nint lda = (nint)Problem.Lda;
        float* source = Problem.A + (Problem.TransposeA ? (K + block) * lda + M + m : (M + m) * lda + K + block);
        if (PackTileOfA)
        {
            float* packed = GemmScratch.TileOfA.Reserve(GemmBlocking.RoundUp(mEnd - m, TRows.Value) * (nint)length);
            if (Problem.TransposeA)
            {
                GemmPacking<TRows>.Copy(source, lda, mEnd - m, length, packed);
            }
            else
            {
                GemmPacking<TRows>.Transpose(source, lda, mEnd - m, length, packed);
            }

            return GemmOperand.Packed(packed, TRows.Value, length);
        }

        if (PackedA != null)
        {
            return GemmOperand.Packed(PackedA + block * (nint)GemmBlocking.RoundUp(Rows, TRows.Value) + m * (nint)length,
                TRows.Value, length);
        }

        return Problem.TransposeA ? new GemmOperand(source, TRows.Value, 1, lda) : new GemmOperand(source, TRows.Value * lda, lda, 1);
    }

    private readonly GemmOperand PackedOperandB(int n, int nEnd, int block, int length)
    {
        if (!PackTileOfB)
        {
            int packedColumns = GemmBlocking.RoundUp(Columns - FirstPackedColumn, Width);
            return GemmOperand.Packed(PackedB + block * (nint)packedColumns + (n - FirstPackedColumn) * (nint)length, Width, length);
        }

        nint ldb = (nint)Problem.Ldb;
        float* packed = GemmScratch.TileOfB.Reserve(GemmBlocking.RoundUp(nEnd - n, Width) * (nint)length);
        if (Problem.TransposeB)
        {
            GemmPacking<MicroTileWidth<TOps, TVector>>.Transpose(Problem.B + (N + n) * ldb + K + block, ldb, nEnd - n, length, packed);
        }
        else
        {
            GemmPacking<MicroTileWidth<TOps, TVector>>.Copy(Problem.B + (K + block) * ldb + N + n, ldb, nEnd - n, length, packed);
        }

        return GemmOperand.Packed(packed, Width, length);
    }

    /// <summary>
    /// Adds one block of k to rows m to mEnd - 1, columns n to nEnd - 1; a panel of B stays in the cache while those of A pass.
    /// </summary>
    private readonly void Compute(in GemmOperand a, in GemmOperand b, int m, int mEnd, int n, int nEnd, int k, int length,
        ref GemmBlockAhead ahead)
    {
        if (k + length == Problem.K && GemmEpilogue<TOps, TVector>.IsInKernel(Problem))
        {
            Compute<TileKinds.Finished>(a, b, m, mEnd, n, nEnd, k, length, ref ahead);
        }
        else
        {
            Compute<TileKinds.Plain>(a, b, m, mEnd, n, nEnd, k, length, ref ahead);
        }
    }

    [SkipLocalsInit]
    private readonly void Compute<TKind>(in GemmOperand a, in GemmOperand b, int m, int mEnd, int n, int nEnd, int k, int length,
        ref GemmBlockAhead ahead)
        where TKind : struct, ITileKind
    {
        bool isBefore = GemmEpilogue<TOps, TVector>.SumsBeforeActivation(Problem);
        bool asksForRows = !Problem.TransposeA && !PackTileOfA && PackedA == null;
        float* room = stackalloc float[GemmTileExtras.RoomSize];
        GemmTileExtras extras = new()
        {
            Room = room,
            Alpha = Problem.Alpha,
            Accumulate = Problem.Accumulate || k > 0,
            Rectify = Problem.Activation == Activation.Relu && !isBefore,
        };
        float* target = isBefore ? Problem.PreActivation : Problem.C;
        nint ldc = (nint)Problem.Ldc;
        float* panelB = b.Start;
        for (int j = n; j < nEnd; j += Width, panelB += b.PanelStride)
        {
            int columns = Math.Min(Width, nEnd - j);
            extras.Bias = Problem.Bias == null ? null : Problem.Bias + N + j;
            float* panelA = a.Start;
            for (int i = m; i < mEnd; i += TRows.Value, panelA += a.PanelStride)
            {
                int rows = Math.Min(TRows.Value, mEnd - i);
                float* c = target + (M + i) * ldc + N + j;
                extras.Ahead = asksForRows && j == n
                    ? GemmAhead.Rows(panelA, (i - m) / TRows.Value, TRows.Value, (nint)Problem.Lda, length, Problem.M - M - i)
                    : ahead.Next(panelB);
                if (columns > TOps.Count)
                {
                    extras.Last = columns - TOps.Count;
                    GemmTile<TOps, TVector>.Run<Constants.C2, TKind>(rows, 1, length, panelA, a.ElementStride, a.StepStride, panelB,
                        b.StepStride, c, ldc, &extras);
                }
                else
                {
                    extras.Last = columns;
                    GemmTile<TOps, TVector>.Run<Constants.C1, TKind>(rows, 1, length, panelA, a.ElementStride, a.StepStride, panelB,
                        b.StepStride, c, ldc, &extras);
                }
            }
        }
    }

    /// <summary>What the block of k from <paramref name="k"/> on reads of factors whose rows are steps.</summary>
    private readonly GemmBlockAhead BlockAhead(int m, int mEnd, int n, int nEnd, int k)
    {
        int length = Math.Min(KBlock, Problem.K - k);
        nint lda = (nint)Problem.Lda, ldb = (nint)Problem.Ldb;
        bool readsRowsOfA = Problem.TransposeA && PackedA == null,
            readsRowsOfB = !Problem.TransposeB && (PackTileOfB || n < FirstPackedColumn);
        return new GemmBlockAhead(
            readsRowsOfA ? new GemmColumnsAhead(Problem.A + k * lda + M + m, lda, length, mEnd - m) : default,
            readsRowsOfB ? new GemmColumnsAhead(Problem.B + k * ldb + N + n, ldb, length, nEnd - n) : default);
    }
}

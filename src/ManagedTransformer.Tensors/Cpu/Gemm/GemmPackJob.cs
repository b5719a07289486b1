namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// Packs some panels of A or of B per chunk, all blocks of k: panels of the first block first, then those of the second, and so on.
/// </summary>
internal unsafe struct GemmPackJob<TRows, TWidth> : IWorkerJob
    where TRows : struct, IConstant
    where TWidth : struct, IConstant
{
    // More panels per chunk read longer runs of a row; fewer keep all threads busy where there are few in all.
    private const int MostPanelsPerChunk = 8, WantedChunks = 4;

    public float* A, PackedA, B, PackedB;
    public nint Lda, Ldb;
    public bool TransposeA, TransposeB;

    /// <summary>Rows of A and columns of B to pack; 0 for none.</summary>
    public int Rows, Columns;

    /// <summary>Steps of k, in all and per block.</summary>
    public int Depth, KBlock;

    /// <summary>Number of chunks.</summary>
    public readonly int Chunks => ChunksOfA + GemmBlocking.Panels(Columns, ChunkExtent<TWidth>(Columns));

    private readonly int ChunksOfA => GemmBlocking.Panels(Rows, ChunkExtent<TRows>(Rows));

    public readonly void Execute(int chunk)
    {
        if (chunk < ChunksOfA)
        {
            Pack<TRows>(A, Lda, !TransposeA, Rows, PackedA, chunk);
        }
        else
        {
            Pack<TWidth>(B, Ldb, TransposeB, Columns, PackedB, chunk - ChunksOfA);
        }
    }

    /// <summary>Rows or columns per chunk.</summary>
    private static int ChunkExtent<TPanel>(int extent) where TPanel : struct, IConstant =>
        TPanel.Value * Math.Clamp(GemmBlocking.Panels(extent, TPanel.Value) / WantedChunks, 1, MostPanelsPerChunk);

    private readonly void Pack<TPanel>(float* source, nint stride, bool transpose, int extent, float* target, int chunk)
        where TPanel : struct, IConstant
    {
        int chunkExtent = ChunkExtent<TPanel>(extent), first = chunk * chunkExtent, count = Math.Min(chunkExtent, extent - first);
        for (int block = 0; block < Depth; block += KBlock)
        {
            int length = Math.Min(KBlock, Depth - block);
            float* packed = target + block * (nint)GemmBlocking.RoundUp(extent, TPanel.Value) + (nint)first * length;
            if (transpose)
            {
                GemmPacking<TPanel>.Transpose(source + first * stride + block, stride, count, length, packed);
            }
            else
            {
                GemmPacking<TPanel>.Copy(source + block * stride + first, stride, count, length, packed);
            }
        }
    }
}

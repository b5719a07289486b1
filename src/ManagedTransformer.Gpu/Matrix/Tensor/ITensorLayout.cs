namespace ManagedTransformer.Gpu;

/// <summary>
/// Layout of an operand in memory, and therefore in shared memory: copies a slice of 32 k there and reads the fragments of a product of 8 k
/// from there, a warp at a time. Methods are inlined: they contain PTX about registers of the kernel.
/// </summary>
internal interface ITensorLayout
{
    /// <summary>True if the elements have at most 11 significant bits, so that TF32 holds them exactly.</summary>
    bool IsExact { get; }

    /// <summary>The size of an element in memory.</summary>
    int ElementBytes { get; }

    /// <summary>Chunks of 16 bytes that a thread copies for a slice.</summary>
    int Passes { get; }

    /// <summary>Shared memory of a slice in bytes.</summary>
    int SliceBytes(int width);

    /// <summary>The calling thread's share of the copies of a tile's slices.</summary>
    /// <param name="width">The width of the tile.</param>
    /// <param name="matrix">Where the matrix starts.</param>
    /// <param name="stride">Elements between its stored rows.</param>
    /// <param name="first">The first row (of B: column) of the tile.</param>
    /// <param name="limit">Rows of the matrix.</param>
    /// <param name="from">The first k.</param>
    /// <param name="to">The end of the part of K.</param>
    TensorSource Source(int width, long matrix, long stride, int first, int limit, int from, int to);

    /// <summary>The same for the next slice.</summary>
    TensorSource Next(TensorSource source, long stride);

    /// <summary>Bytes from the start of a slice to where a lane reads its part of the fragment of A that starts at a row.</summary>
    int LeftPlace(int width, int row, int lane);

    /// <summary>Bytes from the start of a slice to where a lane reads its part of the fragments of B that start at a column.</summary>
    int RightPlace(int width, int column, int lane);

    /// <summary>Bytes from the fragments of 16 rows to those of the next.</summary>
    int BandBytes(int width);

    /// <summary>Bytes from the fragments of 8 k to those of the next.</summary>
    int DepthBytes(int width);

    /// <summary>Reads the fragment of 16 rows of A.</summary>
    void LoadLeft(int width, uint address);

    /// <summary>Reads the fragments of 32 columns of B.</summary>
    void LoadRight(int width, uint address);
}

using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Rows laid out as the right side of products of blocks: transposed in panels of two vectors of rows for A rows^T,
/// side by side for A rows.
/// </summary>
internal static unsafe class RowPanels<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    // Rows of the right side that stay in the first-level cache while all rows of the left side pass.
    private const int DepthBlock = 256;

    // Rows of one head are far apart: the processor does not foresee them. So many ahead they are asked for.
    private const int Ahead = 32;

    /// <summary>Rows of a panel.</summary>
    public static int Size => 2 * TOps.Count;

    /// <summary>
    /// Asks for the first of a head's rows that <see cref="Pack"/>, <see cref="Transpose"/> or <see cref="Unpack"/> will pass, which ask
    /// for the others themselves.
    /// </summary>
    public static void Prefetch(HeadRows rows, int first, int count, int width) =>
        rows.Prefetch(first, first + Math.Min(Ahead, count), width);

    /// <summary>Vectors that hold so many numbers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Vectors(int count) => (count + TOps.Count - 1) / TOps.Count;

    /// <summary>The next multiple of the vector's length.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Padded(int width) => Vectors(width) * TOps.Count;

    /// <summary>The next multiple of a panel's rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int PaddedRows(int rows) => (rows + Size - 1) / Size * Size;

    /// <summary>Transposes rows into panels [width, Size]; missing rows of the last one become 0.</summary>
    public static void Transpose(HeadRows rows, int count, int width, float scale, float* panels)
    {
        for (int first = 0; first < count; first += Size, panels += width * Size)
        {
            int present = Math.Min(Size, count - first);
            rows.Prefetch(first + Size, Math.Min(first + Size + Ahead, count), width);
            if (present < Size)
            {
                new Span<float>(panels, width * Size).Clear();
            }

            Transposition<TOps, TVector>.Transpose(rows[first], rows.Stride, present, width, panels, Size, scale);
        }
    }

    /// <summary>Copies rows side by side; columns that fill up the last vector become 0.</summary>
    public static void Pack(HeadRows rows, int count, int width, float scale, float* target)
    {
        int padded = Padded(width);
        TVector factor = TOps.Broadcast(scale);
        for (int i = 0; i < count; i++)
        {
            // Heads are narrow: for so few vectors, calls of copies would take longer than the copies.
            rows.Prefetch(i + Ahead, Math.Min(i + Ahead + 1, count), width);
            float* source = rows[i], row = target + ((nint)i * padded);
            for (int j = 0; j < width; j += TOps.Count)
            {
                TOps.Store(TOps.Multiply(VectorTail<TOps, TVector>.LoadUpTo(source + j, width - j), factor), row + j);
            }
        }
    }

    /// <summary>Copies packed rows back.</summary>
    public static void Unpack(float* packed, int count, int width, HeadRows target)
    {
        int padded = Padded(width);
        for (int i = 0; i < count; i++)
        {
            target.Prefetch(i + Ahead, Math.Min(i + Ahead + 1, count), width);
            float* source = packed + ((nint)i * padded), row = target[i];
            for (int j = 0; j < width; j += TOps.Count)
            {
                VectorTail<TOps, TVector>.StoreUpTo(TOps.Load(source + j), row + j, width - j);
            }
        }
    }

    /// <summary>
    /// C (+)= A rows^T for vectors of rows, of which every panel has two; <paramref name="strideA"/> is the distance of the rows of A.
    /// </summary>
    public static void MultiplyTransposed(float* a, nint strideA, int rowsA, float* panels, int firstVector, int endVector, int width,
        float* c, nint strideC, bool accumulate)
    {
        int vectors;
        for (int vector = firstVector; vector < endVector; vector += vectors, c += vectors * TOps.Count)
        {
            vectors = Math.Min(2 - (vector % 2), endVector - vector);
            float* panel = panels + ((nint)(vector / 2) * width * Size) + (vector % 2 * TOps.Count);
            BlockProduct.Multiply<TOps, TVector>(a, strideA, 1, rowsA, panel, Size, vectors, c, strideC, width, accumulate);
        }
    }

    /// <summary>C += A rows for so many packed rows.</summary>
    public static void Add(float* a, nint strideA, int rowsA, float* rows, int count, int paddedWidth, float* c)
    {
        for (int first = 0; first < count; first += DepthBlock)
        {
            BlockProduct.Multiply<TOps, TVector>(a + first, strideA, 1, rowsA, rows + ((nint)first * paddedWidth), paddedWidth,
                paddedWidth / TOps.Count, c, paddedWidth, Math.Min(DepthBlock, count - first), accumulate: true);
        }
    }

    /// <summary>rows += A^T B, where row i of the sum gets column i of A.</summary>
    public static void AddTransposed(float* a, nint strideA, int rowsA, int columnsA, float* b, int paddedWidth, float* rows) =>
        BlockProduct.Multiply<TOps, TVector>(a, 1, strideA, columnsA, b, paddedWidth, paddedWidth / TOps.Count, rows, paddedWidth, rowsA,
            accumulate: true);

    /// <summary>Multiplies so many numbers, a multiple of the vector's length.</summary>
    public static void Scale(float* values, nint count, float factor) => Scale(values, count, factor, values);

    /// <summary>Writes the products of so many numbers, a multiple of the vector's length, with a factor.</summary>
    public static void Scale(float* values, nint count, float factor, float* target)
    {
        TVector scale = TOps.Broadcast(factor);
        for (nint i = 0; i < count; i += TOps.Count)
        {
            TOps.Store(TOps.Multiply(TOps.Load(values + i), scale), target + i);
        }
    }
}

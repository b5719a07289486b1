using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Layout of a tile of numbers per query and slot: one row per query, keys along the lanes. The window of query t begins at key t, so the
/// tile holds a band of keys; seen with one more element from row to row, the same memory is a plain matrix of slots. The persistent slots
/// stand behind the band.
/// </summary>
internal readonly unsafe struct SpanTile<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private const int ShortWindow = 128, ShortRows = 16;

    private readonly int _slots, _persistent;

    // Column of persistent slot 0.
    private readonly int _memory;

    /// <summary>A layout.</summary>
    /// <param name="slots">Slots of the head's window.</param>
    /// <param name="persistent">Persistent slots.</param>
    public SpanTile(int slots, int persistent)
    {
        (_slots, _persistent) = (slots, persistent);
        _memory = RowPanels<TOps, TVector>.PaddedRows(slots) + Math.Max(4 * RowPanels<TOps, TVector>.Size, 2 * LongRows);
        Stride = ((_memory + RowPanels<TOps, TVector>.PaddedRows(persistent) + 31) / 32 * 32) + 16;
    }

    // Column of the first query's slot 0: vectors of positions may reach beyond the slots on both sides.
    private static int Lead => TOps.Count;

    // Whole micro-tiles.
    private static int LongRows => TOps.Registers >= 32 ? 32 : 24;

    /// <summary>
    /// Queries of a tile: whole vectors, so that the band of every tile begins with a vector of keys. More of them reuse keys and values
    /// more often and make sums over queries longer, fewer compute less beside a short window.
    /// </summary>
    public int Rows => _slots <= ShortWindow ? ShortRows : LongRows;

    /// <summary>Distance of the rows: an odd multiple of 16, so that they do not share places in the cache.</summary>
    public int Stride { get; }

    /// <summary>Numbers of a tile.</summary>
    public int Size => Rows * Stride;

    /// <summary>Keys of the band of some queries.</summary>
    public int BandKeys(int queries) => _slots + queries - 1;

    /// <summary>A query's slots.</summary>
    public float* Window(float* tile, int query) => tile + (query * (Stride + 1)) + Lead;

    /// <summary>A query's persistent slots.</summary>
    public float* PersistentSlots(float* tile, int query) => tile + (query * Stride) + _memory;

    /// <summary>
    /// Products of some queries from <paramref name="first"/> on, rows of padded width, with the keys of their band and the persistent
    /// keys, both in panels.
    /// </summary>
    public void Multiply(float* queries, int paddedWidth, int first, int count, int width, float* keyPanels,
        float* persistentPanels, float* tile)
    {
        int firstVector = first / TOps.Count;
        RowPanels<TOps, TVector>.MultiplyTransposed(queries, paddedWidth, count, keyPanels, firstVector,
            firstVector + RowPanels<TOps, TVector>.Vectors(BandKeys(count)), width, Window(tile, 0), Stride, accumulate: false);
        RowPanels<TOps, TVector>.MultiplyTransposed(queries, paddedWidth, count, persistentPanels, 0,
            RowPanels<TOps, TVector>.Vectors(_persistent), width, PersistentSlots(tile, 0), Stride, accumulate: false);
    }

    /// <summary>Fills up the last vectors of a query's slots.</summary>
    public void Pad(float* tile, int query, float value)
    {
        Fill(Window(tile, query), _slots, value);
        Fill(PersistentSlots(tile, query), _persistent, value);
    }

    /// <summary>Clears what lies beside a query's window, as far as products read it.</summary>
    public void ClearOutside(float* tile, int query, int queries)
    {
        float* row = tile + (query * Stride) + Lead;
        new Span<float>(row, query).Clear();
        int end = query + _slots, limit = BandKeys(queries);
        new Span<float>(row + end, limit - end).Clear();
    }

    private static void Fill(float* row, int count, float value)
    {
        if (count % TOps.Count != 0)
        {
            TOps.Store(TOps.Broadcast(value), row + count);
        }
    }
}

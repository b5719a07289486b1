using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>The positions of all heads' slots, transposed once for all jobs.</summary>
internal readonly unsafe struct SpanPositions<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private readonly float* _panels;
    private readonly int _firstPanel, _width, _length;

    public SpanPositions(in SpanArguments arguments, float* memory)
    {
        (_width, _length) = (arguments.Width, arguments.Length);
        _panels = memory;
        int longest = 0, farthest = 0;
        for (int head = 0; head < arguments.Heads; head++)
        {
            if (arguments.Slots(head) > longest)
            {
                (longest, farthest) = (arguments.Slots(head), head);
            }
        }

        // Panels count from slot 0 of the whole window, so that they fit every head.
        _firstPanel = (_length - longest) / RowPanels<TOps, TVector>.Size;
        int lead = (_length - longest) % RowPanels<TOps, TVector>.Size;
        HeadRows rows = arguments.Positions(farthest);
        RowPanels<TOps, TVector>.Transpose(new HeadRows(rows[-lead], rows.Stride), longest + lead, _width, 1, memory);
    }

    /// <summary>Floats that the panels need.</summary>
    public static nint Size(int length, int width) => (nint)RowPanels<TOps, TVector>.PaddedRows(length) * width;

    /// <summary>Adds q . pos to the scores of some queries.</summary>
    public void AddScores(float* query, int paddedWidth, int queries, SpanTile<TOps, TVector> tile, int slots, float* scores)
    {
        int shift = _firstPanel * 2, before = (_length - slots) % TOps.Count;
        RowPanels<TOps, TVector>.MultiplyTransposed(query, paddedWidth, queries, _panels, ((_length - slots) / TOps.Count) - shift,
            RowPanels<TOps, TVector>.Vectors(_length) - shift, _width, tile.Window(scores, 0) - before, tile.Stride + 1, accumulate: true);
    }
}

namespace ManagedTransformer.Gpu;

/// <summary>Places whose contributions go to the same table row and are added up by one team.</summary>
internal struct SegmentPiece
{
    /// <summary>The table row; -1: nothing begins here.</summary>
    public int Row;

    public long Start, End;

    /// <summary>Where the sum is kept among the parts; -1: the piece is the whole segment.</summary>
    public long Slot;
}

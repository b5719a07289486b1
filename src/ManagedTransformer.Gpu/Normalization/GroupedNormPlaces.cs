namespace ManagedTransformer.Gpu;

/// <summary>Where the features of a row of a grouped norm stand before the shuffle and after the mix.</summary>
internal struct GroupedNormPlaces
{
    public int Groups, Width, FirstWidth, Shuffle;

    /// <summary>Features of the first array and of the norms in a chunk of the mixed row.</summary>
    public int FirstChunk, Chunk;

    /// <summary>Features of a row before the mix.</summary>
    public readonly int Features => Groups * Width;

    /// <summary>Features of a mixed row.</summary>
    public readonly int Outputs => (Groups * Width) + FirstWidth;

    /// <summary>Where x has the feature that stands at a place after the shuffle.</summary>
    public readonly int Source(int place) => Shuffle != 0 ? (place % Groups * Width) + (place / Groups) : place;

    /// <summary>Where the mixed row has the norms' feature of a place.</summary>
    public readonly int Result(int place) => FirstWidth == 0 ? place : (((place / Chunk) + 1) * FirstChunk) + place;

    /// <summary>Where the mixed row has the first array's feature of a place.</summary>
    public readonly int First(int place) => (place / FirstChunk * Chunk) + place;
}

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// What a micro-tile of a large product needs besides its factors: one address in place of many arguments, since calls are short.
/// </summary>
internal unsafe struct GemmTileExtras
{
    /// <summary>Floats of the largest tile.</summary>
    public const int RoomSize = 12 * 2 * 16;

    /// <summary>Memory for the sums of a tile.</summary>
    public float* Room;

    /// <summary>Lanes of the last vector of every row that are written.</summary>
    public int Last;

    /// <summary>Factor of the sums.</summary>
    public float Alpha;

    /// <summary>True if the sums are added to what C holds.</summary>
    public bool Accumulate;

    /// <summary>The bias of the first column, or null.</summary>
    public float* Bias;

    /// <summary>True if negative results are raised to 0.</summary>
    public bool Rectify;

    /// <summary>What is asked for meanwhile.</summary>
    public GemmAhead Ahead;
}

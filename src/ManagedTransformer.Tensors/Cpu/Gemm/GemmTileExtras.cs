namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// What a micro-tile of a large product needs besides its factors: one address in place of many arguments, since calls are short.
/// </summary>
internal unsafe struct GemmTileExtras
{
    /// <summary>The bias of the first column, or null.</summary>
    public float* Bias;

    /// <summary>True if negative results are raised to 0.</summary>
    public bool Rectify;

    /// <summary>What is asked for meanwhile.</summary>
    public GemmAhead Ahead;
}

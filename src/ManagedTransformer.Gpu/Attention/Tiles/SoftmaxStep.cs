namespace ManagedTransformer.Gpu;

/// <summary>Effect of a new tile of scores on a <see cref="SoftmaxState"/>, for four queries.</summary>
internal struct SoftmaxStep
{
    /// <summary>
    /// The largest scores including the new ones, what to subtract from scores, and by how much everything so far shrinks.
    /// </summary>
    public Quad Max, Shift, Factor;
}

namespace ManagedTransformer.Gpu;

/// <summary>
/// Whether a group's result is wider than one tile: known when the kernel is compiled, so that narrow results need fewer registers.
/// </summary>
internal interface ITileWidth
{
    /// <summary>Whether there is a second tile of columns.</summary>
    bool IsWide { get; }
}

namespace ManagedTransformer.Gpu;

/// <summary>
/// Width of a group's result, one tile or two: known when the kernel is compiled, so that narrow results need fewer registers.
/// </summary>
internal interface ITileWidth
{
    /// <summary>True if there is a second tile of columns.</summary>
    bool IsWide { get; }
}

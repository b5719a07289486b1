namespace ManagedTransformer.Gpu;

/// <summary>Width of the heads that tensor cores multiply, of keys and of values: known when a kernel is compiled.</summary>
internal interface ITensorHead
{
    /// <summary>A multiple of 32, at most 128.</summary>
    int Width { get; }
}

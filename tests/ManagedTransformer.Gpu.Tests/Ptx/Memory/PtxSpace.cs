namespace ManagedTransformer.Gpu.Tests;

/// <summary>Memories of PTX.</summary>
internal enum PtxSpace
{
    /// <summary>An address that says itself which memory it is in.</summary>
    Generic,
    Parameter,
    Shared,
    Local,
    Global,
}

namespace ManagedTransformer.Gpu.Tests;

/// <summary>Ways to touch memory.</summary>
internal enum PtxAccess
{
    Read,
    Write,
    Atomic,

    /// <summary>The start of a cp.async that will write.</summary>
    CopyStart,

    /// <summary>The thread that started a cp.async has waited for it: the data is there.</summary>
    CopyEnd,
}

namespace ManagedTransformer.Gpu.Tests;

/// <summary>How an instruction changes the way of a warp.</summary>
internal enum PtxFlow
{
    /// <summary>Not at all.</summary>
    Onward,

    /// <summary>Lanes may part.</summary>
    Branch,

    /// <summary>Lanes end.</summary>
    Exit,

    /// <summary>The warp waits for the others of its block.</summary>
    Barrier,
}

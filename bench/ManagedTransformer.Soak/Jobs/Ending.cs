namespace ManagedTransformer.Soak.Jobs;

/// <summary>How a process left a folder.</summary>
internal enum Ending
{
    /// <summary>It could do nothing any more: half-written files may lie about, and the last line of a log may be cut.</summary>
    Killed,

    /// <summary>It failed: what was not saved is lost, and the log may tell of it, but no half-written file lies about.</summary>
    Failed,

    /// <summary>It saved all that it had done.</summary>
    Saved,
}

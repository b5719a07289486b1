namespace ManagedTransformer.Gpu.Tests;

/// <summary>The text of one kernel, read but not yet understood: names, layout of its memories, and statements.</summary>
internal sealed class PtxModule
{
    public required string Name { get; init; }

    public required IReadOnlyList<PtxStatement> Statements { get; init; }

    /// <summary>Offsets of parameters, of shared and of local variables.</summary>
    public required IReadOnlyDictionary<string, int> Parameters { get; init; }

    public required IReadOnlyDictionary<string, int> Shared { get; init; }

    public required IReadOnlyDictionary<string, int> Local { get; init; }

    public required int ParameterBytes { get; init; }

    /// <summary>Shared memory without the dynamic part, which begins here.</summary>
    public required int SharedBytes { get; init; }

    public required int LocalBytes { get; init; }

    public required int RegisterCount { get; init; }
}

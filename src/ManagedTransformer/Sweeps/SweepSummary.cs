namespace ManagedTransformer.Sweeps;

/// <summary>The <c>summary.json</c> of a sweep.</summary>
internal sealed record SweepSummary
{
    /// <summary>What the recipe is called.</summary>
    public string Recipe { get; init; } = "";

    /// <summary>The seed of every run.</summary>
    public ulong Seed { get; init; }

    /// <summary>The name of the best run so far; null for none.</summary>
    public string? Best { get; init; }

    /// <summary>The runs, in their order.</summary>
    public IReadOnlyList<SweepEntry> Runs { get; init; } = [];
}

namespace ManagedTransformer.Sweeps;

/// <summary>The <c>summary.json</c> of a sweep. Setters, since what a file lacks keeps its value only behind these.</summary>
internal sealed record SweepSummary
{
    /// <summary>What the recipe is called.</summary>
    public string Recipe { get; set; } = "";

    /// <summary>The seed of every run.</summary>
    public ulong Seed { get; set; }

    /// <summary>The name of the best run so far; null for none.</summary>
    public string? Best { get; set; }

    /// <summary>The runs, in their order.</summary>
    public IReadOnlyList<SweepEntry> Runs { get; set; } = [];
}

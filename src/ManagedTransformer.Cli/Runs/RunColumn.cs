using System.Globalization;
using ManagedTransformer.Runs;

namespace ManagedTransformer.Cli.Runs;

/// <summary>A result of runs: what tables call it, what programs call it, and how it is written.</summary>
/// <param name="Title">The head of its column.</param>
/// <param name="Key">Its key in JSON and CSV.</param>
/// <param name="Value">The result of a run; null where it has none.</param>
/// <param name="Format">How people read it.</param>
/// <param name="IsWhole">Whether it is a whole number.</param>
internal sealed record RunColumn(string Title, string Key, Func<RunResults, double?> Value, string Format, bool IsWhole = false)
{
    /// <summary>All results.</summary>
    public static IReadOnlyList<RunColumn> All { get; } =
    [
        new("Best loss", "best_loss", results => results.BestLoss, "F4"),
        new("at step", "best_step", results => results.BestStep, "N0", IsWhole: true),
        new("Bits/char", "best_bits_per_char", results => results.BestBitsPerCharacter, "F4"),
        new("Perplexity", "best_perplexity", results => results.BestPerplexity, "N2"),
        new("BLEU", "best_bleu", results => results.BestBleu, "F2"),
        new("Steps", "steps", results => results.Steps, "N0", IsWhole: true),
        new("Planned", "planned_steps", results => results.PlannedSteps, "N0", IsWhole: true),
        new("Parameters", "parameters", results => results.Parameters, "N0", IsWhole: true),
        new("Tokens/s", "tokens_per_s", results => results.TokensPerSecond, "N0"),
        new("Seconds", "seconds", results => results.Seconds, "N1"),
    ];

    /// <summary>Those that at least one of some runs has.</summary>
    /// <param name="runs">The runs.</param>
    public static IReadOnlyList<RunColumn> Known(IReadOnlyList<RunRecord> runs) =>
        [.. All.Where(column => runs.Any(run => column.Value(run.Results) is not null))];

    /// <summary>The result for a person; a dash where there is none.</summary>
    /// <param name="run">The run.</param>
    public string Text(RunRecord run) => Value(run.Results) is { } value ? value.ToString(Format, CultureInfo.InvariantCulture) : "–";

    /// <summary>The result with all digits; empty where there is none.</summary>
    /// <param name="run">The run.</param>
    public string Digits(RunRecord run) => Value(run.Results)?.ToString("R", CultureInfo.InvariantCulture) ?? "";
}

namespace ManagedTransformer.Modules.Reports;

/// <summary>A group of bars.</summary>
/// <param name="Name">Its name, below the bars.</param>
/// <param name="Values">The bars, in order.</param>
public sealed record ReportBars(string Name, IReadOnlyList<double> Values);

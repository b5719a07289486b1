namespace ManagedTransformer.Modules.Reports;

/// <summary>A table of a report.</summary>
/// <param name="Columns">Heads of the columns.</param>
/// <param name="Rows">One cell per column each; fewer leave the last columns empty.</param>
public sealed record ReportTable(IReadOnlyList<ReportColumn> Columns, IReadOnlyList<IReadOnlyList<ReportCell>> Rows);

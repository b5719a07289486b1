namespace ManagedTransformer.Modules.Reports;

/// <summary>A column of a table.</summary>
/// <param name="Name">Its head.</param>
/// <param name="IsNumber">Whether its cells are numbers, which stand at the right.</param>
public readonly record struct ReportColumn(string Name, bool IsNumber = false);

namespace ManagedTransformer.Modules.Reports;

/// <summary>A cell of a table: a text, or a share that is drawn as a bar.</summary>
/// <param name="Text">The text; empty for a bar.</param>
/// <param name="Share">The bar's length, 0 .. 1; null for a text.</param>
public readonly record struct ReportCell(string Text, double? Share = null)
{
    /// <summary>A bar.</summary>
    /// <param name="share">Its length, 0 .. 1.</param>
    public static ReportCell Bar(double share) => new("", share);
}

using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Modules.Reports;
using Spectre.Console;

namespace ManagedTransformer.Cli.Views;

/// <summary>Reports of mechanisms on a terminal.</summary>
internal static class ReportView
{
    /// <summary>Writes the sentences.</summary>
    /// <param name="terminal">The terminal.</param>
    /// <param name="report">The report.</param>
    public static void WriteSentences(Terminal terminal, MechanismReport report)
    {
        foreach (string sentence in report.Sentences)
        {
            terminal.Output.WriteLine(sentence);
        }
    }

    /// <summary>Writes sentences and table.</summary>
    /// <param name="terminal">The terminal.</param>
    /// <param name="report">The report.</param>
    public static void Write(Terminal terminal, MechanismReport report)
    {
        WriteSentences(terminal, report);
        if (report.Table is { } table)
        {
            terminal.Write(Draw(table));
        }
    }

    private static Table Draw(ReportTable report)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (ReportColumn column in report.Columns)
        {
            TableColumn drawn = new(column.Name);
            table.AddColumn(column.IsNumber ? drawn.RightAligned() : drawn);
        }

        foreach (IReadOnlyList<ReportCell> row in report.Rows)
        {
            table.AddRow(row.Select(cell => new Text(cell.Share is { } share ? TextBar.Of(share) : cell.Text)));
        }

        return table;
    }
}

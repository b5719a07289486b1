using System.Text;
using ManagedTransformer.Cli.Charts;

namespace ManagedTransformer.Cli.Reports;

/// <summary>A page being written. Text is escaped, markup is not.</summary>
internal sealed class HtmlWriter
{
    private readonly StringBuilder _page = new();

    /// <summary>Markup of this program's own.</summary>
    public void Markup(string markup) => _page.Append(markup).Append('\n');

    /// <summary>An element with a text.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="text">The text, of anybody.</param>
    /// <param name="style">Its class; empty for none.</param>
    public void Element(string name, string text, string style = "") => Markup(Format(name, text, style));

    /// <summary>An element with a text, to stand in other markup.</summary>
    public static string Format(string name, string text, string style = "", string more = "") =>
        $"<{name}{(style.Length > 0 ? $" class=\"{style}\"" : "")}{more}>{Escape(text)}</{name}>";

    /// <summary>Text in markup or in a quoted attribute.</summary>
    public static string Escape(string text) => SvgWriter.Escape(text);

    /// <summary>A table.</summary>
    /// <param name="caption">What it is.</param>
    /// <param name="columns">Heads, and whether their cells are numbers.</param>
    /// <param name="rows">A class and the cells of each row, of which the first is its head.</param>
    /// <param name="style">The table's class; empty for none.</param>
    public void Table(string caption, IReadOnlyList<(string Head, bool IsNumber)> columns,
        IEnumerable<(string Style, IReadOnlyList<string> Cells)> rows, string style = "")
    {
        // What scrolls must be reached by the keyboard.
        Markup($"""<div class="scroll" tabindex="0" role="region" aria-label="{Escape(caption)}">""");
        Markup($"""<table{(style.Length > 0 ? $" class=\"{style}\"" : "")}>{Format("caption", caption)}""");
        Markup($"<thead><tr>{string.Concat(columns.Select(column =>
            Format("th", column.Head, column.IsNumber ? "number" : "", " scope=\"col\"")))}</tr></thead>");
        Markup("<tbody>");
        foreach ((string rowStyle, IReadOnlyList<string> cells) in rows)
        {
            string content = string.Concat(cells.Select((cell, i) => i == 0
                ? Format("th", cell, columns[i].IsNumber ? "number" : "", " scope=\"row\"")
                : Format("td", cell, columns[i].IsNumber ? "number" : "")));
            Markup($"<tr{(rowStyle.Length > 0 ? $" class=\"{rowStyle}\"" : "")}>{content}</tr>");
        }

        Markup("</tbody></table></div>");
    }

    /// <summary>The page so far.</summary>
    public override string ToString() => _page.ToString();
}

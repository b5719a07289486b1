using System.Globalization;
using System.Net;
using System.Text;
using System.Xml;

namespace ManagedTransformer.Cli.Charts;

/// <summary>Elements of an SVG image, one a line. All text is escaped.</summary>
internal sealed class SvgWriter
{
    private const int Marks = 4;
    private readonly StringBuilder _body = new();

    /// <summary>Escapes text for an element or an attribute, without characters that no document may have.</summary>
    public static string Escape(string text) =>
        WebUtility.HtmlEncode(string.Concat(text.Select(c => char.IsControl(c) && c is not ('\n' or '\t') ? '\uFFFD' : c)));

    /// <summary>A coordinate.</summary>
    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);

    /// <summary>Whether a file is an SVG image, whatever program drew it.</summary>
    public static bool IsImage(string file)
    {
        using FileStream stream = File.OpenRead(file);
        using XmlReader reader = XmlReader.Create(stream, new() { DtdProcessing = DtdProcessing.Ignore });
        try
        {
            return reader.MoveToContent() == XmlNodeType.Element && reader.LocalName == "svg";
        }
        catch (XmlException)
        {
            return false;
        }
    }

    /// <summary>A straight line.</summary>
    public void Line(string style, double x1, double y1, double x2, double y2) =>
        Add($"""<line class="{style}" x1="{Number(x1)}" y1="{Number(y1)}" x2="{Number(x2)}" y2="{Number(y2)}"/>""");

    /// <summary>A line through points.</summary>
    public void Polyline(string style, IEnumerable<(double X, double Y)> points) =>
        Add($"""<polyline class="{style}" points="{string.Join(' ', points.Select(p => $"{Number(p.X)},{Number(p.Y)}"))}"/>""");

    /// <summary>A rectangle.</summary>
    public void Rectangle(string style, double x, double y, double width, double height) => Add(
        $"""<rect class="{style}" x="{Number(x)}" y="{Number(y)}" width="{Number(width)}" height="{Number(height)}"/>""");

    /// <summary>A text.</summary>
    public void Text(double x, double y, string text, string anchor, string style = "label") =>
        Add($"""<text class="{style}" x="{Number(x)}" y="{Number(y)}" text-anchor="{anchor}">{Escape(text)}</text>""");

    /// <summary>The mark of a series: circle, square, triangle or diamond.</summary>
    /// <param name="shape">Which one.</param>
    /// <param name="style">Its class beside <c>mark</c>.</param>
    /// <param name="x">Its middle.</param>
    /// <param name="y">Its middle.</param>
    public void Mark(int shape, string style, double x, double y) => Add((shape % Marks) switch
    {
        0 => $"""<circle class="mark {style}" cx="{Number(x)}" cy="{Number(y)}" r="4"/>""",
        1 => $"""<rect class="mark {style}" x="{Number(x - 4)}" y="{Number(y - 4)}" width="8" height="8"/>""",
        2 => $"""<path class="mark {style}" d="M{Number(x)} {Number(y - 5)}l5 9h-10z"/>""",
        _ => $"""<path class="mark {style}" d="M{Number(x)} {Number(y - 5)}l5 5l-5 5l-5 -5z"/>""",
    });

    /// <summary>An element as it is.</summary>
    public void Add(string element) => _body.Append(element).Append('\n');

    /// <summary>The elements.</summary>
    public override string ToString() => _body.ToString().TrimEnd();
}

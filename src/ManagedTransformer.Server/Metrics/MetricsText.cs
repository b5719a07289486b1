using System.Globalization;
using System.Text;

namespace ManagedTransformer.Server.Metrics;

/// <summary>Metrics in Prometheus's text format, version 0.0.4.</summary>
internal sealed class MetricsText
{
    /// <summary>What <c>Content-Type</c> says of it.</summary>
    public const string ContentType = "text/plain; version=0.0.4; charset=utf-8";

    private readonly StringBuilder _text = new();

    /// <summary>Begins a metric.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="type">counter, gauge or histogram.</param>
    /// <param name="help">A sentence.</param>
    public void Begin(string name, string type, string help) => _text.Append($"# HELP {name} {help}\n# TYPE {name} {type}\n");

    /// <summary>A value of the metric.</summary>
    /// <param name="name">The metric's name, or one that its type adds to.</param>
    /// <param name="labels">Its labels; empty for none.</param>
    /// <param name="value">The value.</param>
    public void Sample(string name, string labels, double value)
    {
        _text.Append(name);
        if (labels.Length > 0)
        {
            _text.Append('{').Append(labels).Append('}');
        }

        _text.Append(' ').Append(value.ToString("R", CultureInfo.InvariantCulture)).Append('\n');
    }

    /// <summary>A label.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Any text.</param>
    public static string Label(string name, string value) =>
        $"{name}=\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
            .Replace("\n", "\\n", StringComparison.Ordinal)}\"";

    /// <summary>The text.</summary>
    public override string ToString() => _text.ToString();
}

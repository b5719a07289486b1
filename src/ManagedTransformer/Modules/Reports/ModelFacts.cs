using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using ManagedTransformer.Json;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Modules.Layers;

namespace ManagedTransformer.Modules.Reports;

/// <summary>What a mechanism may look at to describe a model that is not loaded.</summary>
internal sealed record ModelFacts
{
    /// <summary>The model's sizes.</summary>
    public ModelSizes Sizes { get; init; }

    /// <summary>The whole model: names and shapes without values.</summary>
    public Module? Module { get; init; }

    /// <summary>Its layers, of an encoder-decoder model those of the decoder: names and shapes without values.</summary>
    public LayerStack? Stack { get; init; }

    /// <summary>The encoder's layers; null for a model without.</summary>
    public LayerStack? Encoder { get; init; }

    /// <summary>Inner width of its feed-forward layers.</summary>
    public int FeedForward { get; init; }

    /// <summary>Tokens that it scores.</summary>
    public int Vocabulary { get; init; }

    /// <summary>How the vocabulary is divided; null for one table.</summary>
    public AdaptiveClusters? Clusters { get; init; }

    /// <summary>Reads a tensor of the model's weights by its name; null where there are no weights.</summary>
    public Func<string, float[]>? ReadWeights { get; init; }

    /// <summary>The last evaluation's <c>metrics.json</c>; null where there is none.</summary>
    public string? MetricsFile { get; init; }

    /// <summary>Lengths of the texts whose cost is asked for.</summary>
    public TextLengths Lengths { get; init; } = TextLengths.Default;

    /// <summary>What a mechanism recorded in the last evaluation; null for nothing.</summary>
    /// <param name="member">Its name in the file.</param>
    /// <param name="type">Reads it.</param>
    /// <typeparam name="T">The record.</typeparam>
    /// <exception cref="InputException">The file cannot be read.</exception>
    internal T? ReadMetrics<T>(string member, JsonTypeInfo<T> type)
        where T : class
    {
        if (MetricsFile is null || !File.Exists(MetricsFile))
        {
            return null;
        }

        JsonNode? value = JsonFile.Read(MetricsFile, root => root.TryGetProperty(member, out JsonElement found)
            ? JsonNode.Parse(found.GetRawText())
            : null);
        return value is null ? null : JsonDocuments.Read(MetricsFile, Encoding.UTF8.GetBytes(value.ToJsonString()), type);
    }
}

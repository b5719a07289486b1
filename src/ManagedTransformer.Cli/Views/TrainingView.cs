using System.Text.Json.Nodes;
using ManagedTransformer.Architectures.Lolcats;

namespace ManagedTransformer.Cli.Views;

/// <summary>What training found, for programs.</summary>
internal static class TrainingView
{
    /// <summary>The errors of linearised layers.</summary>
    public static JsonArray ToJson(IReadOnlyList<LayerError> layers) => new([.. layers.Select(layer => (JsonNode)new JsonObject
    {
        ["layer"] = layer.Layer,
        ["mse"] = JsonOutput.Number(layer.Mse),
        ["relative_error"] = JsonOutput.Number(layer.RelativeError),
    })]);
}

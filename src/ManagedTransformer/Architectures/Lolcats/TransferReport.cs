using System.Text.Json;
using System.Text.Json.Nodes;
using ManagedTransformer.Modules.Reports;

namespace ManagedTransformer.Architectures.Lolcats;

/// <summary>How well the layers of a linearised model copied their softmax when they were last trained to.</summary>
/// <param name="Layers">In the order of the layers; those that keep their softmax are left out.</param>
internal sealed record TransferReport(IReadOnlyList<LayerError> Layers) : RecordedReport
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Sentences =>
        [$"Attention transfer: relative error {Layers.Average(layer => layer.RelativeError):G3} on average, where 1 is nothing "
            + "learnt."];

    /// <inheritdoc/>
    public override ReportTable Table => new(
        [new("Layer"), new("MSE", IsNumber: true), new("Relative error", IsNumber: true), new("of the softmax's output")],
        [.. Layers.Select(layer => (IReadOnlyList<ReportCell>)
        [
            new($"layer {layer.Layer}"), new($"{layer.Mse:G3}"), new($"{layer.RelativeError:G3}"),
            ReportCell.Bar(Math.Clamp(layer.RelativeError, 0, 1)),
        ])]);

    internal override string Member => LolcatsJson.Member;

    /// <inheritdoc/>
    public override void AddTo(JsonObject json) => json[LolcatsJson.Member] = ToMember();

    internal override JsonNode ToMember() => JsonSerializer.SerializeToNode(Layers, LolcatsJson.Default.IReadOnlyListLayerError)!;
}

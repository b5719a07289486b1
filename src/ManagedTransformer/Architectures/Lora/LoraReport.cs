using System.Text.Json.Nodes;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Reports;

namespace ManagedTransformer.Architectures.Lora;

/// <summary>What the adapters of a model are and how much of the model they are.</summary>
/// <param name="Config">Rank, alpha and so on.</param>
/// <param name="Maps">Maps that have an adapter.</param>
/// <param name="Trained">Parameters of the adapters.</param>
/// <param name="All">Parameters of the model, the adapters' among them.</param>
internal sealed record LoraReport(LoraConfig Config, int Maps, long Trained, long All) : MechanismReport
{
    /// <inheritdoc/>
    public override IReadOnlyList<string> Sentences =>
    [
        $"Adapters of rank {Config.Rank}, alpha {Config.Alpha}, at {Maps:N0} maps ({string.Join(", ", Config.Adapted)}): {Trained:N0} of "
        + $"{All:N0} parameters are trained, {100.0 * Trained / All:F2} %.",
    ];

    /// <summary>The adapters of a model.</summary>
    /// <param name="config">What they were made by.</param>
    /// <param name="module">The model, with or without values.</param>
    public static LoraReport Of(LoraConfig config, Module module)
    {
        IReadOnlyList<NamedMap> maps = [.. LoraAdapters.Maps(module).Where(named => named.Map.Adapter is not null)];
        return new LoraReport(config, maps.Count, maps.Sum(named => named.Map.Adapter!.ParameterCount), module.ParameterCount);
    }

    /// <inheritdoc/>
    public override void AddTo(JsonObject json) => json["lora"] = new JsonObject
    {
        ["rank"] = Config.Rank,
        ["alpha"] = Config.Alpha,
        ["targets"] = new JsonArray([.. Config.Adapted.Select(target => (JsonNode)target)]),
        ["dropout"] = Config.Dropout,
        ["maps"] = Maps,
        ["trained_parameters"] = Trained,
    };
}

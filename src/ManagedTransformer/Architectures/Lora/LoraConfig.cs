using System.Text.Json.Serialization;
using ManagedTransformer.Json;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Reports;
using ManagedTransformer.Modules.Slots;

namespace ManagedTransformer.Architectures.Lora;

/// <summary>
/// Low-rank adapters beside the linear maps of a model (Hu et al., "LoRA", 2021): the <c>lora</c> object of a model's configuration. A
/// model that has it trains its adapters and nothing else.
/// </summary>
public sealed record LoraConfig : IDescribedSlot
{
    private static readonly string[] _default = ["query", "key", "value", "out"];

    /// <summary>r: rank of every update.</summary>
    public int Rank { get; set; } = 8;

    /// <summary>Updates are multiplied by alpha / r.</summary>
    public float Alpha { get; set; } = 16;

    /// <summary>
    /// Maps that have adapters, each by its name or the end of it: <c>query</c> is every layer's, <c>cross_attn.query</c> that of attention
    /// to a source, <c>layers.3.attn.query</c> one. Absent: query, key, value and out.
    /// </summary>
    public IReadOnlyList<string>? Targets { get; set; }

    /// <summary>Dropout on the input of an adapter.</summary>
    public float Dropout { get; set; }

    /// <summary>The targets, written out or not.</summary>
    [JsonIgnore]
    public IReadOnlyList<string> Adapted => Targets ?? _default;

    /// <inheritdoc/>
    public void Validate(ModelSizes model, string where)
    {
        OptionChecks checks = new($"{where}.");
        checks.Require(
            Rank >= 1 && Rank <= model.Dim, $"lora.rank is {Rank}, it must be from 1 to the width of the model ({model.Dim}).");
        checks.Require(Alpha > 0 && float.IsFinite(Alpha), $"lora.alpha is {Alpha}, it must be positive and finite.");
        checks.Rate(Dropout, "lora.dropout");
        checks.Require(Targets is not { Count: 0 }, "lora.targets is empty; it must name maps, or be left out.");
        for (int i = 0; i < (Targets?.Count ?? 0); i++)
        {
            checks.Require(Targets![i] is { Length: > 0 }, "lora.targets has an empty name.");
            checks.Require(!Targets.Take(i).Contains(Targets[i]), $"lora.targets has '{Targets[i]}' twice.");
        }
    }

    /// <inheritdoc/>
    MechanismReport? IDescribedSlot.Describe(ModelFacts model) => model.Module is { } module ? LoraReport.Of(this, module) : null;
}

using ManagedTransformer.Architectures.Llama;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Modules.Reports;
using ManagedTransformer.Modules.Slots;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Lolcats;

/// <summary>Linearised rotary attention as the attention of a layer.</summary>
/// <param name="Rotary">The softmax attention that it was.</param>
/// <param name="Lolcats">Feature maps and window.</param>
internal sealed record LolcatsSlot(RotarySlot Rotary, LolcatsConfig Lolcats) : IAttentionSlot, IDescribedSlot
{
    /// <inheritdoc/>
    public void Validate(ModelSizes model, string where)
    {
        Rotary.Validate(model, where);
        Lolcats.Validate(model, where);
    }

    /// <inheritdoc/>
    public Module CreateShared(TransformerLayerOptions layer, RandomSource random) => Rotary.CreateShared(layer, random);

    /// <inheritdoc/>
    public SelfAttention Create(TransformerLayerOptions layer, Module? shared, RandomSource random) =>
        new LinearizedSelfAttention((RotarySelfAttention)Rotary.Create(layer, shared, random), Lolcats);

    /// <summary>The errors that attention transfer left.</summary>
    public MechanismReport? Describe(ModelFacts model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return model.ReadMetrics(LolcatsJson.Member, LolcatsJson.Default.IReadOnlyListLayerError) is { Count: > 0 } layers
            ? new TransferReport(layers)
            : null;
    }
}

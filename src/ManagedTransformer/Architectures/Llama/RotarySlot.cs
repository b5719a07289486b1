using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Modules.Slots;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Llama;

/// <summary>Rotary attention as the attention of a layer.</summary>
/// <param name="Config">Heads, frequencies and so on.</param>
/// <param name="Window">Newest keys that a position sees; 0: all.</param>
internal sealed record RotarySlot(RotaryConfig Config, int Window) : IAttentionSlot
{
    /// <inheritdoc/>
    public void Validate(ModelSizes model, string where) => Config.Validate(model, where);

    /// <inheritdoc/>
    public Module CreateShared(TransformerLayerOptions layer, RandomSource random) =>
        new RotaryTable(Config.Frequencies(Config.HeadWidth(layer.Dim, layer.Heads)));

    /// <inheritdoc/>
    public SelfAttention Create(TransformerLayerOptions layer, Module? shared, RandomSource random) =>
        new RotarySelfAttention(layer, Config, Window, (RotaryTable)shared!, random);
}

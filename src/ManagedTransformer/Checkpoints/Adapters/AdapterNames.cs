using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Checkpoints.HuggingFace;

namespace ManagedTransformer.Checkpoints.Adapters;

/// <summary>
/// What PEFT calls the maps of a model: those of a Llama as transformers does, <c>model.layers.3.self_attn.q_proj</c>, all others as this
/// library does, <c>layers.3.attn.query</c>.
/// </summary>
/// <param name="isLlama">Whether the model is of the Llama family, linearised or not.</param>
/// <param name="task">What PEFT calls such models.</param>
internal sealed class AdapterNames(bool isLlama, string task)
{
    private const string Prefix = "base_model.model.", Weight = ".weight";

    /// <summary>The names of a language model's maps.</summary>
    /// <param name="config">The model.</param>
    public static AdapterNames Of(LanguageModelConfig config)
    {
        LanguageModelConfig plain = config with { Lora = null };
        return new AdapterNames(
            LlamaCompatibility.Fits(
                config.Lolcats is null ? plain : plain with { Lolcats = null, SoftmaxLayers = null, Attention = AttentionKind.Rotary }),
            "CAUSAL_LM");
    }

    /// <summary>The names of the maps of a translation model.</summary>
    public static AdapterNames Translation { get; } = new(false, "SEQ_2_SEQ_LM");

    /// <summary>What PEFT calls such models.</summary>
    public string Task => task;

    /// <summary>What a map may be called, first the name that is written.</summary>
    /// <param name="map">Its name here.</param>
    public IReadOnlyList<string> Of(string map) => isLlama ? [LlamaNames.Of(map + Weight)[..^Weight.Length], map] : [map];

    /// <summary>What a target is called where it is written.</summary>
    /// <param name="target">A name that several maps have in common.</param>
    /// <param name="maps">The names of these maps.</param>
    public IEnumerable<string> Targets(string target, IEnumerable<string> maps) =>
        isLlama ? maps.Select(map => Of(map)[0].Split('.')[^1]) : [target];

    /// <summary>The name of a tensor of an adapter.</summary>
    /// <param name="map">A name of its map.</param>
    /// <param name="isUp">B instead of A.</param>
    public static string Tensor(string map, bool isUp) => $"{Prefix}{map}.lora_{(isUp ? 'B' : 'A')}{Weight}";
}

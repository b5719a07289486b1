namespace ManagedTransformer.Checkpoints.HuggingFace;

/// <summary>A <c>model_type</c> of the Llama family: what a configuration means where it is silent.</summary>
/// <param name="Name">The <c>model_type</c>.</param>
/// <param name="Class">The class that <c>architectures</c> names.</param>
/// <param name="MaxPositions">Default of <c>max_position_embeddings</c>.</param>
/// <param name="KeyHeads">Default of <c>num_key_value_heads</c>; null: as many as heads, 0: none, the key is required.</param>
/// <param name="HeadDim">Default of <c>head_dim</c>; null: width over heads.</param>
/// <param name="HasWindow">Whether <c>sliding_window</c> counts: always, by <c>use_sliding_window</c>, or never (null).</param>
internal sealed record LlamaType(string Name, string Class, int MaxPositions, int? KeyHeads, int? HeadDim, bool? HasWindow)
{
    /// <summary>Llama 2 and 3, SmolLM, TinyLlama.</summary>
    public static LlamaType Llama { get; } = new("llama", "LlamaForCausalLM", 2048, null, null, null);

    /// <summary>Mistral: every layer has a window.</summary>
    public static LlamaType Mistral { get; } = new("mistral", "MistralForCausalLM", 131_072, 8, null, true);

    /// <summary>Qwen 2 and 2.5: biases on queries, keys and values that no key announces.</summary>
    public static LlamaType Qwen2 { get; } = new("qwen2", "Qwen2ForCausalLM", 32_768, 0, null, false);

    /// <summary>Qwen 3: norms on queries and keys.</summary>
    public static LlamaType Qwen3 { get; } = new("qwen3", "Qwen3ForCausalLM", 32_768, 0, 128, false);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<LlamaType> All { get; } = [Llama, Mistral, Qwen2, Qwen3];

    /// <summary>The window where <c>sliding_window</c> is absent.</summary>
    public int DefaultWindow => HasWindow is null ? 0 : 4096;
}

using System.Text.Json.Serialization;
using ManagedTransformer.Architectures.AdaptiveSpan;
using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.Llama;
using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Architectures.ProductKeyMemory;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Transformer;

/// <summary>
/// What a causal Transformer language model is made of: the <c>model</c> object of recipes and of <c>config.json</c>. Its slots combine
/// freely but for what <see cref="Validate"/> refuses.
/// </summary>
public sealed record LanguageModelConfig
{
    /// <summary>Number of token ids; 0 in a recipe whose tokenizer decides it.</summary>
    public int Vocab { get; set; }

    /// <summary>Width D.</summary>
    public required int Dim { get; init; }

    /// <summary>Number of layers.</summary>
    public required int Layers { get; init; }

    /// <summary>Number of heads; divides the width.</summary>
    public required int Heads { get; init; }

    /// <summary>How layers attend.</summary>
    public AttentionKind Attention { get; set; }

    /// <summary>Limit, ramp and penalty of span attention; needed by it, and by no other.</summary>
    public SpanConfig? Span { get; set; }

    /// <summary>Heads of keys, frequencies and windows of rotary attention; needed by it and by lolcats, and by no other.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public RotaryConfig? Rotary { get; set; }

    /// <summary>Feature map and so on of linear attention; needed by it, and by no other.</summary>
    public LinearAttentionConfig? Linear { get; set; }

    /// <summary>Feature maps and window of linearised rotary attention; needed by it, and by no other.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LolcatsConfig? Lolcats { get; set; }

    /// <summary>Layers that keep softmax attention in a model with linear attention, counted from 0; absent for none.</summary>
    public IReadOnlyList<int>? SoftmaxLayers { get; set; }

    /// <summary>N: persistent key and value vectors per head, in the softmax of span attention; 0 for none.</summary>
    public int Persistent { get; set; }

    /// <summary>
    /// Inner width of the feed-forward layers; where absent 4 D, or, of gated ones, 8 D / 3 rounded up to a multiple of 256; 0 for layers
    /// without (all-attention).
    /// </summary>
    public int? Ffn { get; set; }

    /// <summary>Activation of the feed-forward layers.</summary>
    public Activation Activation { get; set; } = Activation.Relu;

    /// <summary>Whether the feed-forward layers multiply by a gate, down(act(gate(x)) * up(x)) (Shazeer, 2020).</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool GatedFfn { get; set; }

    /// <summary>
    /// Product-key memories: <c>"i"</c> in place of the feed-forward layer of layer i, <c>"i+"</c> behind layer i, counted from 0.
    /// </summary>
    public IReadOnlyList<string>? MemoryPositions { get; set; }

    /// <summary>Sizes of every memory.</summary>
    public ProductKeyMemoryConfig? Memory { get; set; }

    /// <summary>Deep units in front of every attention and in the embedding (DeLighT); absent for none.</summary>
    public DelightConfig? Delight { get; set; }

    /// <summary>Exits from every layer; absent: every token runs all layers.</summary>
    public DepthConfig? Exits { get; set; }

    /// <summary>Low-rank adapters, which are all that is trained; absent for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LoraConfig? Lora { get; set; }

    /// <summary>Norms before the sub-layers, otherwise after each sub-layer.</summary>
    public bool PreNorm { get; set; } = true;

    /// <summary>
    /// Whether a norm follows the last layer; absent: as <see cref="PreNorm"/>. A post-norm model, whose last sub-layer ends with a norm,
    /// may have another behind it.
    /// </summary>
    public bool? FinalNorm { get; set; }

    /// <summary>Whether the output projection is the embedding table.</summary>
    public bool Tie { get; set; } = true;

    /// <summary>Whether the output projection has a bias.</summary>
    public bool OutputBias { get; set; }

    /// <summary>Clusters of the vocabulary for adaptive input and softmax; absent for one plain table.</summary>
    public AdaptiveClusters? Adaptive { get; set; }

    /// <summary>How positions enter; span attention needs relative ones.</summary>
    public PositionKind Positions { get; set; } = PositionKind.Half;

    /// <summary>Most tokens in a row, for learned and sinusoidal positions.</summary>
    public int MaxPositions { get; set; } = 1024;

    /// <summary>Id of padding: positions count from padding + 1 and padding is never a target; absent for models without padding.</summary>
    public int? PaddingIdx { get; set; }

    /// <summary>Multiplies embeddings by sqrt(D).</summary>
    public bool ScaleEmbedding { get; set; }

    /// <summary>Layer norm on the sum of embedding and position.</summary>
    public bool EmbeddingNorm { get; set; }

    /// <summary>Whether the linear maps of the layers have biases.</summary>
    public bool Bias { get; set; } = true;

    /// <summary>Whether the maps of the feed-forward layers have biases; absent: as <see cref="Bias"/>.</summary>
    public bool? FfnBias { get; set; }

    /// <summary>Kind of the norms of layers and of the one behind them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public NormKind Norm { get; set; }

    /// <summary>Epsilon of the norms.</summary>
    public float NormEpsilon { get; set; } = 1e-5f;

    /// <summary>Dropout on embeddings, after attention and after the feed-forward layer.</summary>
    public float Dropout { get; set; }

    /// <summary>Dropout on embeddings; absent: as <see cref="Dropout"/>.</summary>
    public float? EmbeddingDropout { get; set; }

    /// <summary>Dropout before the output projection.</summary>
    public float OutputDropout { get; set; }

    /// <summary>Dropout on attention weights.</summary>
    public float AttentionDropout { get; set; }

    /// <summary>Dropout after the activation.</summary>
    public float ActivationDropout { get; set; }

    /// <summary>How weights start.</summary>
    public InitializationScheme Init { get; set; }

    /// <summary>Inner width of the feed-forward layers; 0 for layers without.</summary>
    [JsonIgnore]
    public int FeedForward => Ffn ?? (GatedFfn ? 256 * (((8 * Dim / 3) + 255) / 256) : 4 * Dim);

    /// <summary>Whether a norm follows the last layer.</summary>
    [JsonIgnore]
    public bool HasFinalNorm => FinalNorm ?? PreNorm;

    /// <summary>Most tokens in a row; <see cref="int.MaxValue"/> where positions set no limit.</summary>
    [JsonIgnore]
    public int PositionLimit => Positions is PositionKind.None or PositionKind.Relative ? int.MaxValue : MaxPositions;

    /// <summary>Number of trainable values, without the memory of a model.</summary>
    [JsonIgnore]
    public long ParameterCount => Shapes().ParameterCount;

    /// <summary>Whether a memory stands in place of the feed-forward layer of a layer.</summary>
    /// <param name="layer">From 0.</param>
    public bool HasMemoryAt(int layer) => MemoryPositions?.Contains($"{layer}") ?? false;

    /// <summary>Whether a memory stands behind a layer.</summary>
    /// <param name="layer">From 0.</param>
    public bool HasMemoryAfter(int layer) => MemoryPositions?.Contains($"{layer}+") ?? false;

    /// <summary>The model with names and shapes of its parameters and without values.</summary>
    internal CausalLanguageModel Shapes() => Initialization.ShapesOnly(() => new CausalLanguageModel(this, new RandomSource(0)));

    /// <summary>Checks every value.</summary>
    /// <param name="where">Named in the error, for instance the recipe's path.</param>
    /// <exception cref="InputException">A value out of its range, or two that exclude each other.</exception>
    public void Validate(string where) => LanguageModelRules.Check(this, where);
}

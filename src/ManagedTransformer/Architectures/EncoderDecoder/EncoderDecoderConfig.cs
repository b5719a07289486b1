using System.Text.Json.Serialization;
using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.Lora;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.EncoderDecoder;

/// <summary>What an encoder-decoder Transformer is made of: the <c>model</c> object of recipes and of <c>config.json</c>.</summary>
public sealed record EncoderDecoderConfig
{
    /// <summary>Number of source token ids; 0 in a recipe whose tokenizer decides it.</summary>
    public int SrcVocab { get; set; }

    /// <summary>Number of target token ids; 0 in a recipe whose tokenizer decides it.</summary>
    public int Vocab { get; set; }

    /// <summary>Width of the encoder.</summary>
    public required int Dim { get; set; }

    /// <summary>Width of the decoder; 0: that of the encoder.</summary>
    public int DecoderDim { get; set; }

    /// <summary>Number of heads of every attention; divides both widths.</summary>
    public required int Heads { get; set; }

    /// <summary>Inner width of the encoder's feed-forward layers.</summary>
    public required int Ffn { get; set; }

    /// <summary>Inner width of the decoder's feed-forward layers; 0: that of the encoder.</summary>
    public int DecoderFfn { get; set; }

    /// <summary>Number of encoder layers.</summary>
    public required int EncoderLayers { get; set; }

    /// <summary>Number of decoder layers.</summary>
    public required int DecoderLayers { get; set; }

    /// <summary>Activation of the feed-forward layers.</summary>
    public Activation Activation { get; set; } = Activation.Relu;

    /// <summary>
    /// Norms before the sub-layers, and one after the last layer of each side; otherwise after each sub-layer and none at the end.
    /// </summary>
    public bool PreNorm { get; set; }

    /// <summary>Whether a norm follows the decoder's last layer; absent: as <see cref="PreNorm"/>, and only then possible.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? FinalNorm { get; set; }

    /// <summary>Which tables are shared.</summary>
    public EmbeddingTie Tie { get; set; } = EmbeddingTie.Decoder;

    /// <summary>How positions enter: half, interleaved, learned or none.</summary>
    public PositionKind Positions { get; set; } = PositionKind.Half;

    /// <summary>Most tokens in a sentence.</summary>
    public int MaxPositions { get; set; } = 1024;

    /// <summary>Multiplies embeddings by the root of the width of their side.</summary>
    public bool ScaleEmbedding { get; set; } = true;

    /// <summary>Id of padding, on the left of sources and on the right of targets.</summary>
    public int PaddingIdx { get; set; } = 1;

    /// <summary>Whether the linear maps of the layers have biases.</summary>
    public bool Bias { get; set; } = true;

    /// <summary>Epsilon of the norms.</summary>
    public float NormEpsilon { get; set; } = 1e-5f;

    /// <summary>Dropout on embeddings, after every attention and after the feed-forward layer.</summary>
    public float Dropout { get; set; }

    /// <summary>Dropout on attention weights.</summary>
    public float AttentionDropout { get; set; }

    /// <summary>Dropout after the activation.</summary>
    public float ActivationDropout { get; set; }

    /// <summary>Feature map and so on of linear self-attention in the decoder; absent: softmax attention.</summary>
    public LinearAttentionConfig? Linear { get; set; }

    /// <summary>The same of attention to the encoder.</summary>
    public LinearAttentionConfig? CrossLinear { get; set; }

    /// <summary>Decoder layers whose self-attention keeps its softmax beside <see cref="Linear"/>, from 0; absent for none.</summary>
    public IReadOnlyList<int>? SoftmaxLayers { get; set; }

    /// <summary>
    /// Decoder layers whose attention to the encoder keeps its softmax beside <see cref="CrossLinear"/>, from 0; absent for none.
    /// </summary>
    public IReadOnlyList<int>? CrossSoftmaxLayers { get; set; }

    /// <summary>Exits from every decoder layer; absent: every token runs all layers.</summary>
    public DepthConfig? Exits { get; set; }

    /// <summary>Deep units in front of every self-attention and in both embeddings (DeLighT); absent for none.</summary>
    public DelightConfig? Delight { get; set; }

    /// <summary>Low-rank adapters, which are all that is trained; absent for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public LoraConfig? Lora { get; set; }

    /// <summary>Whether a norm follows the decoder's last layer.</summary>
    [JsonIgnore]
    public bool HasFinalNorm => FinalNorm ?? PreNorm;

    /// <summary>Width of the decoder.</summary>
    [JsonIgnore]
    public int DecoderWidth => DecoderDim == 0 ? Dim : DecoderDim;

    /// <summary>Inner width of the decoder's feed-forward layers.</summary>
    [JsonIgnore]
    public int DecoderFeedForward => DecoderFfn == 0 ? Ffn : DecoderFfn;

    /// <summary>Number of trainable values, without the memory of a model.</summary>
    [JsonIgnore]
    public long ParameterCount => Shapes().ParameterCount;

    /// <summary>The model with names and shapes of its parameters and without values.</summary>
    internal EncoderDecoderModel Shapes() => Initialization.ShapesOnly(() => new EncoderDecoderModel(this, new RandomSource(0)));

    /// <summary>Checks every value.</summary>
    /// <param name="where">Named in the error, for instance the recipe's path.</param>
    /// <exception cref="InputException">A value out of its range, or two that exclude each other.</exception>
    public void Validate(string where) => EncoderDecoderRules.Check(this, where);
}

using System.Text.Json.Serialization;
using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Modules.Layers;
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

    /// <summary>Whether a norm follows the decoder's last layer.</summary>
    [JsonIgnore]
    public bool HasFinalNorm => FinalNorm ?? PreNorm;

    /// <summary>Width of the decoder.</summary>
    [JsonIgnore]
    public int DecoderWidth => DecoderDim == 0 ? Dim : DecoderDim;

    /// <summary>Number of trainable values without building the model: <see cref="EncoderDecoderSize"/>.</summary>
    [JsonIgnore]
    public long ParameterCount => EncoderDecoderSize.Parameters(this);

    /// <summary>Checks every value.</summary>
    /// <param name="where">Named in the error, for instance the recipe's path.</param>
    /// <exception cref="InputException">A value out of its range, or two that exclude each other.</exception>
    public void Validate(string where) => EncoderDecoderValidation.Check(this, where);

    /// <summary>Linear self-attention of a decoder layer; null where it has a softmax.</summary>
    internal LinearAttentionConfig? LinearAt(int layer) => SoftmaxLayers?.Contains(layer) == true ? null : Linear;

    /// <summary>Linear attention of a decoder layer to the encoder; null where it has a softmax.</summary>
    internal LinearAttentionConfig? CrossLinearAt(int layer) => CrossSoftmaxLayers?.Contains(layer) == true ? null : CrossLinear;

    /// <summary>Sizes and dropouts of an encoder layer.</summary>
    internal TransformerLayerOptions EncoderOptions() => Options(Dim, Ffn);

    /// <summary>Sizes and dropouts of a decoder layer.</summary>
    internal TransformerLayerOptions DecoderOptions() => Options(DecoderWidth, DecoderFfn == 0 ? Ffn : DecoderFfn);

    /// <summary>The token embedding of one side.</summary>
    private TokenEmbeddingOptions EmbeddingOptions(int vocabulary, int dim) => new()
    {
        Vocabulary = vocabulary,
        Dim = Delight?.MapDim ?? dim,
        Positions = Delight is null ? Positions : PositionKind.None,
        MaxPositions = MaxPositions,
        Padding = PaddingIdx,
        Scale = ScaleEmbedding,
        Dropout = Dropout,
    };

    /// <summary>The embedding of one side, with initial values.</summary>
    /// <param name="vocabulary">Number of token ids.</param>
    /// <param name="dim">Width of the side.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <param name="table">A table of the other side that is shared; null for one of its own.</param>
    internal TokenEmbedding Embedding(int vocabulary, int dim, RandomSource random, Parameter? table = null)
    {
        AbsolutePositions? positions = Delight is null || Positions == PositionKind.None
            ? null
            : new AbsolutePositions(Positions, MaxPositions, dim, PaddingIdx, MathF.Pow(dim, -0.5f), random);
        EmbeddingWidening? widening = Delight is null ? null : DelightEmbedding.Create(Delight, dim, Activation, positions, random);
        return new TokenEmbedding(EmbeddingOptions(vocabulary, dim), random, table, widening);
    }

    private TransformerLayerOptions Options(int dim, int ffn) => new()
    {
        Dim = dim,
        Heads = Heads,
        FeedForward = ffn,
        Activation = Activation,
        PreNorm = PreNorm,
        Bias = Bias,
        Dropout = Dropout,
        AttentionDropout = AttentionDropout,
        ActivationDropout = ActivationDropout,
        NormEpsilon = NormEpsilon,
    };
}

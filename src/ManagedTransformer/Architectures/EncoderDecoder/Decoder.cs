using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Modules.Outputs;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.EncoderDecoder;

/// <summary>
/// The decoder: target tokens to vectors, a stack of layers in which a position sees earlier ones and the source, a final norm (of pre-norm
/// models, unless they have none), and scores for the next token.
/// </summary>
internal sealed class Decoder : Module, IDecoderModel
{
    private readonly IReadOnlyList<LinearOutput> _outputs;
    private readonly bool _hasExitProjections, _masksPadding;
    private readonly int _padding, _vocabulary;

    /// <summary>A decoder with initial weights.</summary>
    /// <param name="config">Validated.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <param name="table">The encoder's table where it is shared; null for one of its own.</param>
    public Decoder(EncoderDecoderConfig config, RandomSource random, Parameter? table = null)
    {
        ArgumentNullException.ThrowIfNull(config);
        (_padding, _vocabulary) = (config.PaddingIdx, config.Vocab);
        EncoderDecoderSlots slots = new(config);
        int width = config.DecoderWidth, projected = slots.TableWidth;
        _masksPadding = slots.Layers?.MasksPadding ?? true;
        _hasExitProjections = slots.HasExitProjections;
        Embedding = slots.CreateEmbedding(config.Vocab, width, random, table);
        Stack = slots.CreateDecoder(random);
        Narrowing = projected == width ? null : new Linear(width, projected, random, bias: false);
        _outputs = [.. Enumerable.Range(0, _hasExitProjections ? config.DecoderLayers : 1).Select(_ => CreateOutput())];

        LinearOutput CreateOutput() => config.Tie == EmbeddingTie.None
            ? new(Initialization.Normal(new Shape(config.Vocab, projected), MathF.Pow(projected, -0.5f), random), isTied: false)
            : new(Embedding.Weight!, isTied: true);
    }

    /// <summary>Tokens and positions to vectors.</summary>
    internal TokenEmbedding Embedding { get; }

    /// <summary>The layers and the norm behind them, if there is one.</summary>
    public LayerStack Stack { get; }

    /// <summary>The layers.</summary>
    public IReadOnlyList<TransformerLayer> Layers => Stack.Layers;

    /// <summary>The map from the last states to the width of a narrower table; null where the widths are equal.</summary>
    public Linear? Narrowing { get; }

    /// <summary>Last states to scores of the next token, behind all layers.</summary>
    public LinearOutput Output => _outputs[^1];

    int IDecoderModel.Vocabulary => _vocabulary;

    bool IDecoderModel.HasExitProjections => _hasExitProjections;

    /// <summary>The last hidden states.</summary>
    /// <param name="tokens">Int32 [B, T], padded on the right.</param>
    /// <param name="memory">The encoded sources.</param>
    /// <param name="context">Dropout.</param>
    /// <returns>[B, T, D]</returns>
    public Tensor Forward(Tensor tokens, EncoderOutput memory, ForwardContext context) =>
        Narrow(Stack.Run(Embedding.Forward(tokens, context), Block(tokens, memory, context), context), context);

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("", Embedding);
        visit.Add("layers", Layers);
        visit.Add("norm", Stack.Norm);
        visit.Add("project", Narrowing);
        if (_hasExitProjections)
        {
            visit.Add("exits", _outputs);
        }
        else
        {
            visit.Add("output", Output);
        }
    }

    Tensor IDecoderModel.Head(Tensor states, ForwardContext context) => Narrow(states, context);

    Tensor IDecoderModel.Scores(int layer, Tensor hidden) => OutputOf(layer).Scores(hidden);

    CrossEntropyResult IDecoderModel.Loss(
        int layer, Tensor hidden, Tensor targets, CrossEntropyOptions options, ForwardContext context) =>
        OutputOf(layer).Loss(hidden, targets, options, context);

    /// <summary>What a block of targets attends to: earlier positions and sources that are not padding.</summary>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <param name="memory">The encoded sources.</param>
    /// <param name="context">Dropout.</param>
    internal BlockAttention Block(Tensor tokens, EncoderOutput memory, ForwardContext context)
    {
        Tensor? padding = _masksPadding ? TokenEmbedding.PaddingMask(tokens, _padding) : null;
        return new BlockAttention(new AttentionMask(Causal: true, KeyPadding: padding), context, null, memory.States,
            new AttentionMask(KeyPadding: memory.Padding));
    }

    private LinearOutput OutputOf(int layer) => _hasExitProjections ? _outputs[layer] : Output;

    private Tensor Narrow(Tensor x, ForwardContext context) => Narrowing?.Forward(x, context) ?? x;
}

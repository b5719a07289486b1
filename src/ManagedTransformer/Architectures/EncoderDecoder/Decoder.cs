using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.EncoderDecoder;

/// <summary>
/// The decoder: target tokens to vectors, a stack of layers in which a position sees earlier ones and the source, a final norm (of pre-norm
/// models, unless they have none).
/// </summary>
public sealed class Decoder : Module
{
    private readonly bool _masksPadding;

    /// <summary>A decoder with initial weights.</summary>
    /// <param name="config">Validated.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <param name="table">The encoder's table where it is shared; null for one of its own.</param>
    public Decoder(EncoderDecoderConfig config, RandomSource random, Parameter? table = null)
    {
        int dim = config.DecoderWidth;

        // Of DeLighT's decoders, padding at the end of a target sees itself, as in the authors' code; nothing else sees it.
        _masksPadding = config.Delight is null;
        Embedding = config.Embedding(config.Vocab, dim, random, table);
        IReadOnlyList<TransformerLayer> layers = config.Delight is { } delight
            ?
            [
                .. delight.Units(dim, config.DecoderLayers, config.Activation, "model")
                    .Select(unit => DelightLayers.DecoderLayer(config.DecoderOptions(), config.Dim, unit, random)),
            ]
            : [.. Enumerable.Range(0, config.DecoderLayers).Select(layer => CreateLayer(config, layer, random))];
        Stack = new LayerStack(layers, config.HasFinalNorm ? new LayerNorm(dim, config.NormEpsilon) : null);
        int projected = config.Delight?.MapDim ?? dim;
        Narrowing = projected == dim ? null : new Linear(dim, projected, random, bias: false);
        bool separate = config.Exits?.Classifiers == ExitClassifiers.Separate;
        Exits = separate ? [.. Enumerable.Range(0, config.DecoderLayers).Select(_ => Projection())] : null;
        Output = config.Tie == EmbeddingTie.None && !separate ? Projection() : null;

        Parameter Projection() => Initialization.Normal(new Shape(config.Vocab, projected), MathF.Pow(projected, -0.5f), random);
    }

    /// <summary>Tokens and positions to vectors.</summary>
    public TokenEmbedding Embedding { get; }

    /// <summary>The layers and the norm behind them, if there is one.</summary>
    public LayerStack Stack { get; }

    /// <summary>The layers.</summary>
    public IReadOnlyList<TransformerLayer> Layers => Stack.Layers;

    /// <summary>The map from the last states to the width of a narrower table; null where the widths are equal.</summary>
    public Linear? Narrowing { get; }

    /// <summary>The projection to the vocabulary, [V, D]; null where the embedding table serves, or one matrix per exit.</summary>
    public Parameter? Output { get; }

    /// <summary>The projections of the exits, one [V, D] per layer; null where they share one.</summary>
    public IReadOnlyList<Parameter>? Exits { get; }

    /// <summary>The last hidden states.</summary>
    /// <param name="tokens">Int32 [B, T], padded on the right.</param>
    /// <param name="memory">The encoded sources.</param>
    /// <param name="context">Dropout.</param>
    /// <returns>[B, T, D]</returns>
    public Tensor Forward(Tensor tokens, EncoderOutput memory, ForwardContext context) =>
        Narrow(Stack.Run(Embedding.Forward(tokens, context), Block(tokens, memory, context), context));

    /// <summary>The states after every layer, before any final norm.</summary>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <param name="memory">The encoded sources.</param>
    /// <param name="context">Dropout.</param>
    /// <param name="pass">What a layer's output (layer from 0) becomes on its way into the next layer.</param>
    /// <returns>N times [B, T, D].</returns>
    internal IReadOnlyList<Tensor> States(Tensor tokens, EncoderOutput memory, ForwardContext context, Func<int, Tensor, Tensor> pass)
    {
        BlockAttention block = Block(tokens, memory, context);
        Tensor x = Embedding.Forward(tokens, context);
        List<Tensor> states = [];
        for (int layer = 0; layer < Layers.Count; layer++)
        {
            states.Add(Stack.RunLayer(layer, x, block, context));
            x = pass(layer, states[layer]);
        }

        return states;
    }

    /// <summary>What an exit's classifier sees of a state: the final norm, shared by all exits, of pre-norm models.</summary>
    internal Tensor ExitState(Tensor state) => Stack.Norm?.Forward(state) ?? state;

    /// <summary>The projection [V, D] of a layer's exit, from 0.</summary>
    internal Parameter Classifier(int layer) => Exits?[layer] ?? Output ?? Embedding.Weight;

    /// <summary>What a block of targets attends to: earlier positions and sources that are not padding.</summary>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <param name="memory">The encoded sources.</param>
    /// <param name="context">Dropout.</param>
    internal BlockAttention Block(Tensor tokens, EncoderOutput memory, ForwardContext context)
    {
        AttentionMask self = new(Causal: true, KeyPadding: _masksPadding ? Embedding.PaddingMask(tokens) : null);
        return new BlockAttention(self, context, memory.States, new AttentionMask(KeyPadding: memory.Padding));
    }

    /// <summary>The last hidden states of the next token of every row; the state is advanced.</summary>
    /// <param name="tokens">Int32 [rows, 1]</param>
    /// <param name="state">Everything read before.</param>
    /// <returns>[rows, 1, D]</returns>
    internal Tensor Step(Tensor tokens, DecodingState state)
    {
        Tensor x = Embedding.Forward(tokens, ForwardContext.Inference, state.Length);
        x = Narrow(Stack.Run(x, new DecodingAttention(state), ForwardContext.Inference));
        state.Advance();
        return x;
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("", Embedding);
        visit.Add("layers", Layers);
        visit.Add("norm", Stack.Norm);
        visit.Add("project", Narrowing);
        visit.Add("output.weight", Output);
        for (int layer = 0; layer < Exits?.Count; layer++)
        {
            visit.Add($"exits.{layer}.weight", Exits[layer]);
        }
    }

    private static TransformerLayer CreateLayer(EncoderDecoderConfig config, int layer, RandomSource random)
    {
        TransformerLayerOptions options = config.DecoderOptions();
        LinearAttentionConfig? self = config.LinearAt(layer), cross = config.CrossLinearAt(layer);
        if (self is null && cross is null)
        {
            return new TransformerLayer(options, random, config.Dim);
        }

        SelfAttention attention = self is null
            ? new MultiHeadAttention(options.Dim, options.Heads, random, null, options.Bias, options.AttentionDropout)
            : new LinearSelfAttention(Linear(self), random);
        ICrossAttention memory = cross is null
            ? new MultiHeadAttention(options.Dim, options.Heads, random, config.Dim, options.Bias, options.AttentionDropout)
            : new LinearCrossAttention(Linear(cross), config.Dim, random);
        FeedForward feedForward = new(options.Dim, options.FeedForward, options.Activation, random, options.ActivationDropout,
            options.Bias);
        return new TransformerLayer(options, attention, memory, feedForward, null, null);

        LinearAttentionLayerOptions Linear(LinearAttentionConfig linear) =>
            new() { Dim = options.Dim, Heads = options.Heads, Linear = linear, Bias = options.Bias };
    }

    private Tensor Narrow(Tensor x) => Narrowing?.Forward(x) ?? x;

    private readonly struct DecodingAttention(DecodingState state) : ILayerAttention
    {
        public Tensor Attend(int index, TransformerLayer layer, Tensor x) => layer.Attention.Step(x, state.Caches[index]);

        public Tensor AttendToMemory(int index, TransformerLayer layer, Tensor x) => state.Memory.Attend(index, x);
    }
}

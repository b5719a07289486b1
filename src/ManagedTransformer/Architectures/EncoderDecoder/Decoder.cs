using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.EncoderDecoder;

/// <summary>The decoder: target tokens to vectors, a stack of layers in which a position sees earlier ones and the source, a final norm (pre-norm only).</summary>
public sealed class Decoder : Module
{
    /// <summary>A decoder with initial weights.</summary>
    /// <param name="config">Validated.</param><param name="random">Source of the initial values.</param>
    /// <param name="table">The encoder's table where it is shared; null for one of its own.</param>
    public Decoder(EncoderDecoderConfig config, RandomSource random, Parameter? table = null)
    {
        int dim = config.DecoderWidth;
        Embedding = new TokenEmbedding(config.EmbeddingOptions(config.Vocab, dim), random, table);
        Layers = [.. Enumerable.Range(0, config.DecoderLayers).Select(_ => new DecoderLayer(config.DecoderOptions(), config.Dim, random))];
        Norm = config.PreNorm ? new LayerNorm(dim, config.NormEpsilon) : null;
        Output = config.Tie == EmbeddingTie.None ? Initialization.Normal(new Shape(config.Vocab, dim), MathF.Pow(dim, -0.5f), random) : null;
    }

    /// <summary>Tokens and positions to vectors.</summary>
    public TokenEmbedding Embedding { get; }

    /// <summary>The stack.</summary>
    public IReadOnlyList<DecoderLayer> Layers { get; }

    /// <summary>The norm after the last layer; null for post-norm models.</summary>
    public LayerNorm? Norm { get; }

    /// <summary>The projection to the vocabulary, [V, D]; null where the embedding table serves.</summary>
    public Parameter? Output { get; }

    /// <summary>The last hidden states.</summary>
    /// <param name="tokens">Int32 [B, T], padded on the right.</param><param name="memory">The encoded sources.</param><param name="context">Dropout.</param>
    /// <returns>[B, T, D]</returns>
    public Tensor Forward(Tensor tokens, EncoderOutput memory, ForwardContext context)
    {
        AttentionMask self = new(Causal: true, KeyPadding: Embedding.PaddingMask(tokens)), cross = new(KeyPadding: memory.Padding);
        return Run(
            Embedding.Forward(tokens, context),
            (layer, x) => Layers[layer].Attention.Forward(x, self, context),
            (layer, x) => Layers[layer].CrossAttention.Forward(x, memory.States, cross, context),
            context);
    }

    /// <summary>The last hidden states of the next token of every row; the state is advanced.</summary>
    /// <param name="tokens">Int32 [rows, 1]</param><param name="state">Everything read before.</param>
    /// <returns>[rows, 1, D]</returns>
    internal Tensor Step(Tensor tokens, DecodingState state)
    {
        Tensor x = Run(
            Embedding.Forward(tokens, ForwardContext.Inference, state.Length),
            (layer, x) => Layers[layer].Attention.Step(x, state.Caches[layer]),
            (layer, x) => state.Memory.Attend(layer, x),
            ForwardContext.Inference);
        state.Advance();
        return x;
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("", Embedding);
        visit.Add("layers", Layers);
        visit.Add("norm", Norm);
        visit.Add("output.weight", Output);
    }

    // Each layer gets the norm that follows it, so that its last residual sum and that norm are one pass.
    private Tensor Run(Tensor x, Func<int, Tensor, Tensor> attend, Func<int, Tensor, Tensor> cross, ForwardContext context)
    {
        Tensor normed = Norm is null ? x : Layers[0].Norm1.Forward(x);
        for (int i = 0; i < Layers.Count; i++)
        {
            int index = i;
            LayerNorm? next = Norm is null ? null : i + 1 < Layers.Count ? Layers[i + 1].Norm1 : Norm;
            (x, normed) = Layers[i].Run(x, normed, next, state => attend(index, state), state => cross(index, state), context);
        }

        return normed;
    }
}

using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.EncoderDecoder;

/// <summary>
/// The encoder: source tokens to vectors, a stack of layers in which every position sees every other, a final norm (pre-norm only).
/// </summary>
internal sealed class Encoder : Module
{
    private readonly int _padding;

    /// <summary>An encoder with initial weights.</summary>
    /// <param name="config">Validated.</param>
    /// <param name="random">Source of the initial values.</param>
    public Encoder(EncoderDecoderConfig config, RandomSource random)
    {
        ArgumentNullException.ThrowIfNull(config);
        _padding = config.PaddingIdx;
        EncoderDecoderSlots slots = new(config);
        Embedding = slots.CreateEmbedding(config.SrcVocab, config.Dim, random);
        Stack = slots.CreateEncoder(random);
    }

    /// <summary>Tokens and positions to vectors.</summary>
    internal TokenEmbedding Embedding { get; }

    /// <summary>The layers and, of pre-norm models, the norm behind them.</summary>
    public LayerStack Stack { get; }

    /// <summary>Encodes sentences. What stands at padding changes nothing elsewhere.</summary>
    /// <param name="tokens">Int32 [B, S], padded on the left.</param>
    /// <param name="context">Dropout.</param>
    public EncoderOutput Forward(Tensor tokens, ForwardContext context)
    {
        Tensor? padding = TokenEmbedding.PaddingMask(tokens, _padding);
        Tensor x = Embedding.Forward(tokens, context);
        if (padding is not null)
        {
            // A table that is also the projection learns a row for padding; the input at padding stays zero all the same.
            x = x.Multiply(padding.Affine(-1, 1).Reshape(new Shape(padding.Shape[0], padding.Shape[1], 1)));
        }

        x = Stack.Run(x, new BlockAttention(new AttentionMask(KeyPadding: padding), context), context);
        return new EncoderOutput(x, padding);
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("", Embedding);
        visit.Add("layers", Stack.Layers);
        visit.Add("norm", Stack.Norm);
    }
}

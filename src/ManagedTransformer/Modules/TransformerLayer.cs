using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>
/// Self-attention and feed-forward with residual connections: the encoder layer, and with a causal mask the layer of a decoder-only model. Post-norm
/// (Vaswani et al., 2017): x = LN(x + f(x)); pre-norm: x = x + f(LN(x)).
/// </summary>
public sealed class TransformerLayer : Module
{
    private readonly float _dropout;

    /// <summary>A layer.</summary>
    /// <param name="options">Sizes and dropouts.</param><param name="random">Source of the initial values.</param>
    public TransformerLayer(TransformerLayerOptions options, RandomSource random)
    {
        _dropout = options.Dropout;
        IsPreNorm = options.PreNorm;
        Attention = new MultiHeadAttention(options.Dim, options.Heads, random, null, options.Bias, options.AttentionDropout);
        FeedForward = new FeedForward(options.Dim, options.FeedForward, options.Activation, random, options.ActivationDropout, options.Bias);
        Norm1 = new LayerNorm(options.Dim, options.NormEpsilon);
        Norm2 = new LayerNorm(options.Dim, options.NormEpsilon);
    }

    /// <summary>Whether norms stand before (true) or after (false) the sub-layers.</summary>
    public bool IsPreNorm { get; }

    /// <summary>Self-attention.</summary>
    public MultiHeadAttention Attention { get; }

    /// <summary>Norm of the attention sub-layer.</summary>
    public LayerNorm Norm1 { get; }

    /// <summary>Feed-forward.</summary>
    public FeedForward FeedForward { get; }

    /// <summary>Norm of the feed-forward sub-layer.</summary>
    public LayerNorm Norm2 { get; }

    /// <summary>The layer's output.</summary>
    /// <param name="x">[B, T, dim]</param><param name="mask">Which positions a position sees.</param><param name="context">Dropout.</param>
    public Tensor Forward(Tensor x, AttentionMask mask, ForwardContext context) =>
        IsPreNorm
            ? Run(x, Norm1.Forward(x), null, normed => Attention.Forward(normed, mask, context), context).Residual
            : Run(x, x, null, normed => Attention.Forward(normed, mask, context), context).Residual;

    /// <summary>
    /// The layer with its attention replaced by a function, and, pre-norm, with the following norm folded into the last residual sum. Pre-norm layers pass on
    /// the pair (residual stream, normalised stream), so that every residual sum and the norm after it are one pass over memory.
    /// </summary>
    /// <param name="residual">Residual stream, [B, T, dim].</param><param name="normed">Its normalised form (pre-norm), or the residual itself (post-norm).</param>
    /// <param name="next">Pre-norm: the norm that comes after this layer, or null for none.</param><param name="attend">Self-attention of the normalised stream.</param>
    /// <param name="context">Dropout.</param>
    public (Tensor Residual, Tensor Normed) Run(Tensor residual, Tensor normed, LayerNorm? next, Func<Tensor, Tensor> attend, ForwardContext context)
    {
        Tensor attended = context.Dropout(attend(normed), _dropout);
        if (!IsPreNorm)
        {
            Tensor x = Norm1.Forward(attended, residual).Normalized;
            x = Norm2.Forward(context.Dropout(FeedForward.Forward(x, context), _dropout), x).Normalized;
            return (x, x);
        }

        (residual, normed) = Norm2.Forward(attended, residual);
        Tensor transformed = context.Dropout(FeedForward.Forward(normed, context), _dropout);
        if (next is not null)
        {
            return next.Forward(transformed, residual);
        }

        residual = residual.Add(transformed);
        return (residual, residual);
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add("attn", Attention);
        visit.Add("norm1", Norm1);
        visit.Add("ffn", FeedForward);
        visit.Add("norm2", Norm2);
    }
}

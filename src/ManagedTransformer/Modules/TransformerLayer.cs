using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>
/// Self-attention and a position-wise layer with residual connections: the encoder layer, and with a causal mask the layer of a
/// decoder-only model. Post-norm (Vaswani et al., 2017): x = LN(x + f(x)); pre-norm: x = x + f(LN(x)). Both are slots: any attention, and a
/// feed-forward layer, a memory in its place, or nothing; a memory may also stand behind the layer, x + memory(x),
/// without a norm of its own.
/// </summary>
public sealed class TransformerLayer : Module
{
    private readonly float _dropout, _feedForwardDropout;

    /// <summary>A layer of softmax attention and a feed-forward layer.</summary>
    /// <param name="options">Sizes and dropouts.</param>
    /// <param name="random">Source of the initial values.</param>
    public TransformerLayer(TransformerLayerOptions options, RandomSource random)
        : this(
            options,
            new MultiHeadAttention(options.Dim, options.Heads, random, null, options.Bias, options.AttentionDropout),
            new FeedForward(options.Dim, options.FeedForward, options.Activation, random, options.ActivationDropout,
                options.FeedForwardBias ?? options.Bias))
    {
    }

    /// <summary>A layer of given parts.</summary>
    /// <param name="options">Width, norms and residual dropout.</param>
    /// <param name="attention">The attention slot.</param>
    /// <param name="positionwise">The feed-forward slot; null for a layer of attention alone.</param>
    /// <param name="after">A memory behind the layer; null for none.</param>
    /// <param name="before">What the attention's input passes first; null for nothing.</param>
    public TransformerLayer(
        TransformerLayerOptions options, SelfAttention attention, PositionwiseModule? positionwise, PositionwiseModule? after = null,
        PositionwiseModule? before = null)
    {
        _dropout = options.Dropout;
        _feedForwardDropout = options.FeedForwardDropout ?? options.Dropout;
        Before = before;
        IsPreNorm = options.PreNorm;
        Attention = attention;
        Positionwise = positionwise;
        After = after;
        Norm1 = new LayerNorm(options.Dim, options.NormEpsilon);
        Norm2 = positionwise is null ? null : new LayerNorm(options.Dim, options.NormEpsilon);
    }

    /// <summary>Whether norms stand before (true) or after (false) the sub-layers.</summary>
    public bool IsPreNorm { get; }

    /// <summary>Self-attention.</summary>
    public SelfAttention Attention { get; }

    /// <summary>Norm of the attention sub-layer.</summary>
    public LayerNorm Norm1 { get; }

    /// <summary>The feed-forward layer or what stands in its place; null for a layer of attention alone.</summary>
    public PositionwiseModule? Positionwise { get; }

    /// <summary>Norm of the position-wise sub-layer; null where there is none.</summary>
    public LayerNorm? Norm2 { get; }

    /// <summary>What the attention's input passes first; null for nothing.</summary>
    public PositionwiseModule? Before { get; }

    /// <summary>What stands behind the layer; null for nothing.</summary>
    public PositionwiseModule? After { get; }

    /// <summary>The layer's output.</summary>
    /// <param name="x">[B, T, dim]</param>
    /// <param name="mask">Which positions a position sees.</param>
    /// <param name="context">Dropout.</param>
    public Tensor Forward(Tensor x, AttentionMask mask, ForwardContext context) =>
        Run(x, Normed(x), null, normed => Attention.Attend(normed, mask, null, context).Output, context).Residual;

    /// <summary>What the attention sees of the residual stream: its normalised form (pre-norm), or the stream itself.</summary>
    internal Tensor Normed(Tensor x) => IsPreNorm ? Norm1.Forward(x) : x;

    /// <summary>
    /// The layer with its attention replaced by a function, and, pre-norm, with the following norm folded into the last residual sum.
    /// Pre-norm layers pass on the pair (residual stream, normalised stream), so that every residual sum and the norm after it are one pass
    /// over memory.
    /// </summary>
    /// <param name="residual">Residual stream, [B, T, dim].</param>
    /// <param name="normed">Its normalised form (pre-norm), or the residual itself (post-norm).</param>
    /// <param name="next">Pre-norm: the norm that comes after this layer, or null for none.</param>
    /// <param name="attend">Self-attention of the normalised stream.</param>
    /// <param name="context">Dropout.</param>
    public (Tensor Residual, Tensor Normed) Run(Tensor residual, Tensor normed, LayerNorm? next, Func<Tensor, Tensor> attend,
        ForwardContext context) =>
        Run(residual, normed, next, new AttentionFunction(attend), context);

    /// <summary>Likewise, with an attention that costs no delegate.</summary>
    internal (Tensor Residual, Tensor Normed) Run<TAttention>(Tensor residual, Tensor normed, LayerNorm? next, TAttention attention,
        ForwardContext context)
        where TAttention : struct, ILayerAttention
    {
        Tensor branch = context.Dropout(attention.Attend(Before?.Forward(normed, context) ?? normed), _dropout);
        if (!IsPreNorm)
        {
            Tensor x = Norm1.Forward(branch, residual).Normalized;
            x = Norm2 is null ? x : Norm2.Forward(Transform(x, context), x).Normalized;
            x = After is null ? x : x.Add(After.Forward(x, context));
            return (x, x);
        }

        if (Norm2 is not null)
        {
            (residual, normed) = Norm2.Forward(branch, residual);
            branch = Transform(normed, context);
        }

        if (next is not null && After is null)
        {
            return next.Forward(branch, residual);
        }

        residual = residual.Add(branch);
        residual = After is null ? residual : residual.Add(After.Forward(residual, context));
        return (residual, next is null ? residual : next.Forward(residual));
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add(Before?.SlotName ?? "", Before);
        visit.Add("attn", Attention);
        visit.Add("norm1", Norm1);
        visit.Add(Positionwise?.SlotName ?? "", Positionwise);
        visit.Add("norm2", Norm2);
        visit.Add(After is null ? "" : After.SlotName + "_after", After);
    }

    private readonly struct AttentionFunction(Func<Tensor, Tensor> attend) : ILayerAttention
    {
        public Tensor Attend(Tensor normed) => attend(normed);
    }

    // A memory's output is not dropped with the feed-forward layer's rate.
    private Tensor Transform(Tensor x, ForwardContext context)
    {
        Tensor y = Positionwise!.Forward(x, context);
        return Positionwise is FeedForward ? context.Dropout(y, _feedForwardDropout) : y;
    }
}

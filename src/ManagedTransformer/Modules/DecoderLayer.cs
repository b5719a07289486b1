using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>
/// Causal self-attention, attention to a memory, feed-forward, each with a residual connection and a norm (Vaswani et al., 2017,
/// section 3.1).
/// </summary>
public sealed class DecoderLayer : Module
{
    private readonly float _dropout, _feedForwardDropout;

    /// <summary>A layer.</summary>
    /// <param name="options">Sizes and dropouts.</param>
    /// <param name="memoryDim">Width of the memory.</param>
    /// <param name="random">Source of the initial values.</param>
    public DecoderLayer(TransformerLayerOptions options, int memoryDim, RandomSource random)
        : this(
            options,
            new MultiHeadAttention(options.Dim, options.Heads, random, null, options.Bias, options.AttentionDropout),
            new MultiHeadAttention(options.Dim, options.Heads, random, memoryDim, options.Bias, options.AttentionDropout),
            new FeedForward(options.Dim, options.FeedForward, options.Activation, random, options.ActivationDropout, options.Bias),
            null)
    {
    }

    /// <summary>A layer of given parts.</summary>
    /// <param name="options">Width, norms and residual dropout.</param>
    /// <param name="attention">Causal self-attention.</param>
    /// <param name="cross">Attention to the memory.</param>
    /// <param name="feedForward">The feed-forward layer.</param>
    /// <param name="before">What the self-attention's input passes first; null for nothing.</param>
    public DecoderLayer(
        TransformerLayerOptions options, SelfAttention attention, Module cross, FeedForward feedForward, PositionwiseModule? before)
    {
        _dropout = options.Dropout;
        _feedForwardDropout = options.FeedForwardDropout ?? options.Dropout;
        IsPreNorm = options.PreNorm;
        (Attention, CrossAttention, FeedForward, Before) = (attention, cross, feedForward, before);
        Cross = cross as ICrossAttention
            ?? throw new ArgumentException($"{cross.GetType().Name} cannot attend to a memory.", nameof(cross));
        Norm1 = new LayerNorm(options.Dim, options.NormEpsilon);
        Norm2 = new LayerNorm(options.Dim, options.NormEpsilon);
        Norm3 = new LayerNorm(options.Dim, options.NormEpsilon);
    }

    /// <summary>What the self-attention's input passes first; null for nothing.</summary>
    public PositionwiseModule? Before { get; }

    /// <summary>Causal self-attention.</summary>
    public SelfAttention Attention { get; }

    /// <summary>Norm of the self-attention sub-layer.</summary>
    public LayerNorm Norm1 { get; }

    /// <summary>Attention to the memory.</summary>
    public Module CrossAttention { get; }

    /// <summary>The same by what it does.</summary>
    internal ICrossAttention Cross { get; }

    /// <summary>Self-attention of layers that tokens leave early: its keys and values can be made without attending.</summary>
    internal MultiHeadAttention Softmax => (MultiHeadAttention)Attention;

    /// <summary>Norm of the cross-attention sub-layer.</summary>
    public LayerNorm Norm2 { get; }

    /// <summary>Feed-forward.</summary>
    public FeedForward FeedForward { get; }

    /// <summary>Norm of the feed-forward sub-layer.</summary>
    public LayerNorm Norm3 { get; }

    /// <summary>Whether norms stand before (true) or after (false) the sub-layers.</summary>
    public bool IsPreNorm { get; }

    /// <summary>The layer's output.</summary>
    /// <param name="x">[B, T, dim]</param>
    /// <param name="memory">[B, S, memoryDim]</param>
    /// <param name="padding">Float32 [B, T], 1 at padding, or null.</param>
    /// <param name="memoryPadding">Float32 [B, S], likewise.</param>
    /// <param name="context">Dropout.</param>
    public Tensor Forward(Tensor x, Tensor memory, Tensor? padding, Tensor? memoryPadding, ForwardContext context) =>
        Forward(x, memory, new AttentionMask(Causal: true, KeyPadding: padding), new AttentionMask(KeyPadding: memoryPadding), context);

    /// <summary>The layer's output.</summary>
    /// <param name="x">[B, T, dim]</param>
    /// <param name="memory">[B, S, memoryDim]</param>
    /// <param name="self">Which positions a position sees.</param>
    /// <param name="cross">Which positions of the memory are seen.</param>
    /// <param name="context">Dropout.</param>
    public Tensor Forward(Tensor x, Tensor memory, AttentionMask self, AttentionMask cross, ForwardContext context) =>
        Run(
            x,
            Normed(x),
            null,
            normed => Attention.Attend(normed, self, null, context).Output,
            normed => Cross.Attend(normed, memory, cross, context),
            context).Residual;

    /// <summary>What the self-attention sees of the residual stream: its normalised form (pre-norm), or the stream itself.</summary>
    internal Tensor Normed(Tensor x) => IsPreNorm ? Norm1.Forward(x) : x;

    /// <summary>
    /// The layer with both attentions replaced by functions, and, pre-norm, with the following norm folded into the last residual sum:
    /// pre-norm layers pass on the pair (residual stream, normalised stream), as those of <see cref="TransformerLayer"/> do.
    /// </summary>
    /// <param name="residual">Residual stream, [B, T, dim].</param>
    /// <param name="normed">Its normalised form (pre-norm), or the residual itself (post-norm).</param>
    /// <param name="next">Pre-norm: the norm that comes after this layer, or null for none.</param>
    /// <param name="attend">Self-attention of a normalised stream.</param>
    /// <param name="cross">Attention of a normalised stream to the memory.</param>
    /// <param name="context">Dropout.</param>
    public (Tensor Residual, Tensor Normed) Run(
        Tensor residual, Tensor normed, LayerNorm? next, Func<Tensor, Tensor> attend, Func<Tensor, Tensor> cross, ForwardContext context)
    {
        Tensor branch = context.Dropout(attend(Before?.Forward(normed, context) ?? normed), _dropout);
        if (!IsPreNorm)
        {
            Tensor x = Norm1.Forward(branch, residual).Normalized;
            x = Norm2.Forward(context.Dropout(cross(x), _dropout), x).Normalized;
            x = Norm3.Forward(context.Dropout(FeedForward.Forward(x, context), _feedForwardDropout), x).Normalized;
            return (x, x);
        }

        (residual, normed) = Norm2.Forward(branch, residual);
        (residual, normed) = Norm3.Forward(context.Dropout(cross(normed), _dropout), residual);
        branch = context.Dropout(FeedForward.Forward(normed, context), _feedForwardDropout);
        if (next is not null)
        {
            return next.Forward(branch, residual);
        }

        residual = residual.Add(branch);
        return (residual, residual);
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        // Layers with something in front of their attention have the names of their paper.
        (string cross, string crossNorm, string lastNorm) = Before is null
            ? ("cross_attn", "norm2", "norm3")
            : ("cross", "norm_cross", "norm2");
        visit.Add(Before?.SlotName ?? "", Before);
        visit.Add("attn", Attention);
        visit.Add("norm1", Norm1);
        visit.Add(cross, CrossAttention);
        visit.Add(crossNorm, Norm2);
        visit.Add("ffn", FeedForward);
        visit.Add(lastNorm, Norm3);
    }
}

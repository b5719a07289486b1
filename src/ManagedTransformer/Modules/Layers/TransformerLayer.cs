using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Layers;

/// <summary>
/// Sub-layers with residual connections and a norm each: self-attention, attention to a memory (decoder layers; Vaswani et al., 2017,
/// section 3.1), a position-wise layer. Post-norm: x = LN(x + f(x)); pre-norm: x = x + f(LN(x)). All are slots: any attention, and a
/// feed-forward layer, a memory in its place, or nothing; a module may stand in front of the attention, and a memory behind the layer,
/// x + memory(x), without a norm of its own.
/// </summary>
public sealed class TransformerLayer : Module
{
    private readonly float _dropout, _feedForwardDropout;
    private readonly CrossAttentionNames _names;

    /// <summary>A layer of softmax attention and a feed-forward layer.</summary>
    /// <param name="options">Sizes and dropouts.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <param name="memoryDim">Width of the memory that a decoder layer attends to; null for a layer without.</param>
    public TransformerLayer(TransformerLayerOptions options, RandomSource random, int? memoryDim = null)
        : this(options, new LayerParts
        {
            Attention = options.SoftmaxAttention(random),
            Cross = memoryDim is { } width ? options.SoftmaxCrossAttention(width, random) : null,
            Positionwise = options.FeedForwardLayer(random),
        })
    {
    }

    /// <summary>A layer of given parts.</summary>
    /// <param name="options">Width, norms and residual dropout.</param>
    /// <param name="parts">What stands in the slots.</param>
    public TransformerLayer(TransformerLayerOptions options, LayerParts parts)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(parts);
        _dropout = options.Dropout;
        _feedForwardDropout = options.FeedForwardDropout ?? options.Dropout;
        _names = parts.CrossNames;
        IsPreNorm = options.PreNorm;
        (Before, Attention, Cross, Positionwise, After) = (parts.Before, parts.Attention, parts.Cross, parts.Positionwise, parts.After);
        Norm1 = options.CreateNorm();
        CrossNorm = Cross is null ? null : options.CreateNorm();
        Norm2 = Positionwise is null ? null : options.CreateNorm();
        Norms = [.. new[] { Norm1, CrossNorm, Norm2 }.OfType<Norm>()];
    }

    /// <summary>Whether norms stand before (true) or after (false) the sub-layers.</summary>
    public bool IsPreNorm { get; }

    /// <summary>What the attention's input passes first; null for nothing.</summary>
    public PositionwiseModule? Before { get; }

    /// <summary>Self-attention.</summary>
    public SelfAttention Attention { get; }

    /// <summary>Norm of the attention sub-layer.</summary>
    public Norm Norm1 { get; }

    /// <summary>Attention to a memory; null for a layer without.</summary>
    internal CrossAttention? Cross { get; }

    /// <summary>Norm of the sub-layer that attends to a memory; null where there is none.</summary>
    public Norm? CrossNorm { get; }

    /// <summary>The feed-forward layer or what stands in its place; null for a layer of attention alone.</summary>
    public PositionwiseModule? Positionwise { get; }

    /// <summary>Norm of the position-wise sub-layer; null where there is none.</summary>
    public Norm? Norm2 { get; }

    /// <summary>What stands behind the layer; null for nothing.</summary>
    public PositionwiseModule? After { get; }

    /// <summary>The norms of the sub-layers, in their order.</summary>
    internal IReadOnlyList<Norm> Norms { get; }

    /// <summary>The layer's output.</summary>
    /// <param name="x">[B, T, dim]</param>
    /// <param name="mask">Which positions a position sees.</param>
    /// <param name="context">Dropout.</param>
    /// <param name="memory">[B, S, memoryDim]; null for layers that attend to none.</param>
    /// <param name="memoryMask">Which positions of the memory are seen; default: all.</param>
    public Tensor Forward(Tensor x, AttentionMask mask, ForwardContext context, Tensor? memory = null, AttentionMask? memoryMask = null) =>
        new LayerStack([this], null).RunLayer(0, x, new BlockAttention(mask, context, null, memory, memoryMask), context);

    /// <summary>What the attention sees of the residual stream: its normalised form (pre-norm), or the stream itself.</summary>
    internal Tensor Normed(Tensor x) => IsPreNorm ? Norm1.Forward(x) : x;

    /// <summary>f(x) of the sub-layer that a norm belongs to.</summary>
    /// <param name="norm">One of <see cref="Norms"/>.</param>
    /// <param name="index">Which layer of its stack this is.</param>
    /// <param name="x">What the sub-layer sees of the residual stream, [B, T, dim].</param>
    /// <param name="attention">What the layer attends to.</param>
    /// <param name="context">Dropout.</param>
    internal Tensor Branch<TAttention>(Norm norm, int index, Tensor x, TAttention attention, ForwardContext context)
        where TAttention : ILayerAttention
    {
        if (norm == Norm1)
        {
            return context.Dropout(attention.Attend(index, this, Before?.Forward(x, context) ?? x), _dropout);
        }

        if (norm == CrossNorm)
        {
            return context.Dropout(attention.AttendToMemory(index, this, x), _dropout);
        }

        return context.Dropout(Positionwise!.Forward(x, context), Positionwise.HasResidualDropout ? _feedForwardDropout : 0);
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        visit.Add(Before?.SlotName ?? "", Before);
        visit.Add("attn", Attention);
        visit.Add("norm1", Norm1);
        visit.Add(_names.Attention, Cross);
        visit.Add(_names.Norm, CrossNorm);
        visit.Add(Positionwise?.SlotName ?? "", Positionwise);
        visit.Add(Cross is null ? "norm2" : _names.LastNorm, Norm2);
        visit.Add(After is null ? "" : After.SlotName + "_after", After);
    }
}

using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Layers;

/// <summary>
/// A stack of layers and the norm behind it, run whole or layer by layer, over blocks or step by step. Post-norm (Vaswani et al., 2017):
/// x = LN(x + f(x)) for every sub-layer f; pre-norm: x = x + f(LN(x)). A residual sum and the norm that follows it, which pre-norm
/// belongs to the next sub-layer or the next layer, are one pass over memory: that is known here and nowhere else.
/// </summary>
/// <param name="layers">The layers, all pre-norm or all post-norm.</param>
/// <param name="norm">The norm behind the last layer; null for none.</param>
public sealed class LayerStack(IReadOnlyList<TransformerLayer> layers, Norm? norm)
{
    /// <summary>The layers.</summary>
    public IReadOnlyList<TransformerLayer> Layers => layers;

    /// <summary>The norm behind the last layer; null for none.</summary>
    public Norm? Norm => norm;

    /// <summary>Whether blocks of a stream see the blocks before them through a <see cref="StreamHistory"/>.</summary>
    public bool ReadsHistory { get; } = layers.Any(layer => layer.Attention.ReadsHistory);

    /// <summary>Most new positions of one step of generation.</summary>
    public int MostPerStep { get; } = layers.Min(layer => layer.Attention.MostPerStep);

    /// <summary>An empty history of a stream; null where no layer reads one.</summary>
    public StreamHistory? CreateHistory() => ReadsHistory ? new StreamHistory(layers.Count) : null;

    /// <summary>Everything that decides the sizes of what the next block computes, beside the block itself.</summary>
    /// <param name="history">What it sees before it; null for nothing.</param>
    internal IReadOnlyList<int> BlockSizes(StreamHistory? history)
    {
        FetchSizingValues();
        return [.. layers.SelectMany(layer => layer.Attention.BlockSizes), .. history?.Lengths ?? []];
    }

    /// <summary>Brings constrained parameters back into their range; to be called after every update.</summary>
    public void ApplyConstraints()
    {
        foreach (TransformerLayer layer in layers)
        {
            layer.Attention.ApplyConstraints();
        }

        FetchSizingValues();
    }

    /// <summary>The states behind the last layer and its norm, of a block of positions: an encoder, or a decoder in training.</summary>
    /// <param name="x">[B, T, dim]</param>
    /// <param name="mask">Which positions a position sees.</param>
    /// <param name="context">Dropout.</param>
    /// <returns>[B, T, dim]</returns>
    public Tensor Forward(Tensor x, AttentionMask mask, ForwardContext context) => Run(x, new BlockAttention(mask, context), context);

    /// <summary>Empty states for generation, one per layer.</summary>
    /// <param name="batch">Sequences side by side.</param>
    internal IReadOnlyList<LayerState> CreateStates(int batch)
    {
        FetchSizingValues();
        return [.. layers.Select(layer => layer.Attention.CreateState(batch))];
    }

    /// <summary>The states behind the last layer and its norm.</summary>
    /// <param name="x">[B, T, dim]</param>
    /// <param name="attention">What the layers attend to.</param>
    /// <param name="context">Dropout.</param>
    internal Tensor Run<TAttention>(Tensor x, TAttention attention, ForwardContext context)
        where TAttention : ILayerAttention
    {
        bool isPreNorm = layers[0].IsPreNorm, isPrompt = x.Shape[1] > 1 && NoGradientScope.IsOpen && context == ForwardContext.Inference
            && !attention.KeepsTensors;
        Tensor normed = layers[0].Normed(x);
        for (int index = 0; index < layers.Count; index++)
        {
            Norm? next = !isPreNorm ? null : index + 1 < layers.Count ? layers[index + 1].Norm1 : norm;
            if (isPrompt)
            {
                // A long prompt would hold what all layers computed at once.
                using StepScope inner = new();
                (x, normed) = Run(index, layers[index], x, normed, next, attention, context);
                inner.HandOver(x);
                inner.HandOver(normed);
            }
            else
            {
                (x, normed) = Run(index, layers[index], x, normed, next, attention, context);
            }
        }

        return isPreNorm || norm is null ? normed : norm.Forward(normed);
    }

    /// <summary>The states behind one layer, before any norm that follows it.</summary>
    /// <param name="index">The layer, from 0.</param>
    /// <param name="x">The states before it, [B, T, dim].</param>
    /// <param name="attention">What the layer attends to.</param>
    /// <param name="context">Dropout.</param>
    internal Tensor RunLayer<TAttention>(int index, Tensor x, TAttention attention, ForwardContext context)
        where TAttention : ILayerAttention =>
        Run(index, layers[index], x, layers[index].Normed(x), null, attention, context).Residual;

    // One wait for a device instead of one per layer.
    private void FetchSizingValues() => Tensor.Fetch([.. layers.Select(layer => layer.Attention.SizingValues).OfType<Tensor>()]);

    // Pre-norm, layers pass on the pair (residual stream, normalised stream); post-norm, both are the stream.
    private static (Tensor Residual, Tensor Normed) Run<TAttention>(
        int index, TransformerLayer layer, Tensor residual, Tensor normed, Norm? next, TAttention attention, ForwardContext context)
        where TAttention : ILayerAttention
    {
        IReadOnlyList<Norm> norms = layer.Norms;
        for (int i = 0; i < norms.Count; i++)
        {
            Tensor branch = layer.Branch(norms[i], index, normed, attention, context);
            if (!layer.IsPreNorm)
            {
                residual = normed = norms[i].Forward(branch, residual).Normalized;
            }
            else if ((i + 1 < norms.Count ? norms[i + 1] : layer.After is null ? next : null) is { } following)
            {
                (residual, normed) = following.Forward(branch, residual);
            }
            else
            {
                residual = normed = residual.Add(branch);
            }
        }

        if (layer.After is not null)
        {
            residual = residual.Add(layer.After.Forward(residual, context));
            normed = layer.IsPreNorm && next is not null ? next.Forward(residual) : residual;
        }

        return (residual, normed);
    }
}

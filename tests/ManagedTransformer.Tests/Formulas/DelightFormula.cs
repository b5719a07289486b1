using ManagedTransformer.Architectures.DeLighT;
using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Tests.Formulas;

/// <summary>The number of trainable values of DeLighT models, from their configuration by hand.</summary>
internal sealed class DelightFormula
{
    private readonly DelightConfig _config;
    private readonly long _dim, _inner;

    /// <summary>Sizes of a model.</summary>
    /// <param name="config">The deep units.</param>
    /// <param name="dim">d_m.</param>
    /// <param name="blocks">Blocks of a stack.</param>
    /// <param name="feedForward">Inner width of the feed-forward layers.</param>
    /// <exception cref="InputException">The configuration is not valid.</exception>
    public DelightFormula(DelightConfig config, int dim, int blocks, int feedForward)
    {
        (_config, _dim, _inner) = (config, dim, feedForward);
        Units = config.Units(dim, blocks, Activation.Silu, "model");
        Embedding = config.EmbeddingUnit(dim, Activation.Silu, "model");
    }

    /// <summary>The units of the blocks.</summary>
    public IReadOnlyList<UnitPlan> Units { get; }

    /// <summary>The embedding's unit.</summary>
    public UnitPlan Embedding { get; }

    private long Half => _dim / 2;

    private long SelfAttention => (3 * ((Half * Half) + Half)) + (Half * _dim) + _dim;

    private long CrossAttention => (3 * ((_dim * Half) + Half)) + (Half * _dim) + _dim;

    private long FeedForward => (2 * _dim * _inner) + _inner + _dim;

    /// <summary>V d_map, or the tables, projections and cluster entries of a tied adaptive input and softmax.</summary>
    /// <param name="vocab">Number of words.</param>
    /// <param name="clusters">The division; null for one table.</param>
    public long Tables(int vocab, AdaptiveClusters? clusters)
    {
        if (clusters is null)
        {
            return (long)vocab * _config.MapDim;
        }

        long tables = Enumerable.Range(0, clusters.Count)
            .Sum(i => ((long)clusters.Size(i, vocab) + _config.MapDim) * clusters.Width(i, _config.MapDim));
        return tables + ((long)clusters.Cutoffs.Count * _config.MapDim);
    }

    /// <summary>Parameters of a block.</summary>
    /// <param name="block">From 0.</param>
    /// <param name="cross">Whether it attends to an encoder.</param>
    public long LayerParameters(int block, bool cross) =>
        Units[block].ParameterCount + SelfAttention + FeedForward + (4 * _dim) + (cross ? CrossAttention + (2 * _dim) : 0);

    /// <summary>
    /// Parameters of a language model: tables, embedding unit, blocks, the map to d_map, and a final norm if there is one.
    /// </summary>
    /// <param name="vocab">Number of words.</param>
    /// <param name="clusters">The division of an adaptive vocabulary, or null.</param>
    /// <param name="finalNorm">Whether a norm follows the last block.</param>
    public long LanguageModel(int vocab, AdaptiveClusters? clusters, bool finalNorm) =>
        Tables(vocab, clusters) + Embedding.ParameterCount + Enumerable.Range(0, Units.Count).Sum(b => LayerParameters(b, cross: false))
        + Projection + (finalNorm ? 2 * _dim : 0);

    /// <summary>Parameters of an encoder-decoder model of two equal stacks.</summary>
    /// <param name="vocab">Words of the target.</param>
    /// <param name="sourceVocab">Words of a table of the source's own; 0 for one table.</param>
    /// <param name="finalNorms">How many of the stacks a norm follows.</param>
    public long Translation(int vocab, int sourceVocab, int finalNorms) =>
        Tables(vocab, null) + Tables(sourceVocab, null) + (2 * Embedding.ParameterCount) + Projection + (finalNorms * 2 * _dim)
        + Enumerable.Range(0, Units.Count).Sum(b => LayerParameters(b, cross: false) + LayerParameters(b, cross: true));

    private long Projection => _config.MapDim == _dim ? 0 : _config.MapDim * _dim;
}

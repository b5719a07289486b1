using ManagedTransformer.Modules.Adaptive;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DeLighT;

/// <summary>
/// Multiply-adds of DeLighT models, counted as the authors count them: maps with their biases, 2 T S d_o for attention of T
/// queries to S keys, nothing for norms, activations and look-ups; a decoder is charged for its whole prefix at every step,
/// without a cache.
/// </summary>
internal sealed class DelightCost
{
    private readonly DelightConfig _config;
    private readonly long _dim, _inner;

    /// <summary>The cost of a model.</summary>
    /// <param name="config">The deep units.</param>
    /// <param name="dim">d_m.</param>
    /// <param name="blocks">Blocks of a stack.</param>
    /// <param name="feedForward">Inner width of the feed-forward layers.</param>
    /// <exception cref="InputException">The configuration is not valid.</exception>
    public DelightCost(DelightConfig config, int dim, int blocks, int feedForward)
    {
        ArgumentNullException.ThrowIfNull(config);
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

    /// <summary>
    /// Multiply-adds of a language model that writes a text word by word: the sum over its prefixes, with all clusters of an adaptive
    /// vocabulary for every word.
    /// </summary>
    /// <param name="length">Words.</param>
    /// <param name="vocab">Number of words.</param>
    /// <param name="clusters">The division of an adaptive vocabulary, or null.</param>
    public long LanguageModelMacs(int length, int vocab, AdaptiveClusters? clusters)
    {
        long input = clusters is null
            ? 0
            : Enumerable.Range(0, clusters.Count).Sum(i => (long)_config.MapDim * clusters.Width(i, _config.MapDim));
        long output = clusters is null
            ? (long)vocab * _config.MapDim
            : ((long)clusters.HeadEntries * _config.MapDim)
                + Enumerable.Range(1, clusters.Count - 1)
                    .Sum(i => ((long)clusters.Size(i, vocab) + _config.MapDim) * clusters.Width(i, _config.MapDim));
        return Prefixes(length, t => (t * (input + output + Projection)) + Stack(t));
    }

    /// <summary>
    /// Multiply-adds of translating a sentence: the encoder once, the decoder for each prefix, keys and values of the source in every step.
    /// </summary>
    /// <param name="source">Source tokens.</param>
    /// <param name="target">Target tokens.</param>
    /// <param name="vocab">Words of the target.</param>
    public long TranslationMacs(int source, int target, int vocab)
    {
        long keys = 2 * ((_dim * Half) + Half), query = CrossAttention - keys;
        return Stack(source) + Prefixes(target, t =>
            Stack(t) + (Units.Count * ((t * query) + (source * keys) + (2 * t * source * Half)))
            + (t * (Projection + ((long)vocab * _config.MapDim))));
    }

    private long Projection => _config.MapDim == _dim ? 0 : _config.MapDim * _dim;

    private long Stack(long length) =>
        (length * (Embedding.Macs + Units.Sum(unit => unit.Macs) + (Units.Count * (SelfAttention + FeedForward))))
        + (Units.Count * 2 * length * length * Half);

    private static long Prefixes(int length, Func<long, long> macs) => Enumerable.Range(1, length).Sum(t => macs(t));
}

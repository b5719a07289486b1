using System.Buffers;
using ManagedTransformer.Modules.Outputs;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Adaptive;

/// <summary>
/// Adaptive softmax (Grave et al., "Efficient softmax approximation for GPUs", 2017, with the narrowing projections of Baevski and Auli,
/// 2019). With x_i = Q_i^T h, the head scores the words of cluster 0 and the other clusters, [O_0 x_0 + b_0; W_c x_0 + b_c], the clusters
/// in falling order; a word w of cluster i > 0 has ln p(w) = ln p_head(cluster i) + ln softmax(O_i x_i + b_i)[w - c_i]. In fairseq's form
/// x_0 = h, there are no biases, and the clusters rise.
/// </summary>
internal sealed class AdaptiveSoftmax : OutputLayer
{
    private readonly AdaptiveClusters _division;
    private readonly int _vocab;
    private readonly bool _isTied;
    private readonly Parameter? _head;

    /// <summary>
    /// A softmax with own or shared tables; every new value from U(-1/sqrt(d_i), 1/sqrt(d_i)), in fairseq's form O_i from N(0, 1/d_i) and
    /// the rest from Xavier's distribution.
    /// </summary>
    /// <param name="clusters">How the vocabulary is divided.</param>
    /// <param name="vocab">Number of words V.</param>
    /// <param name="dim">Width D of the hidden states.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <param name="tied">An input of the same division whose E_i and P_i serve as O_i and Q_i, or none.</param>
    /// <exception cref="InputException">Clusters that do not fit the vocabulary and the width.</exception>
    public AdaptiveSoftmax(AdaptiveClusters clusters, int vocab, int dim, RandomSource random, AdaptiveInput? tied = null)
    {
        clusters.Validate(vocab, dim, "model");
        (_division, _vocab) = (clusters, vocab);
        _isTied = tied is not null;

        // DeLighT's own head is one table of words and clusters.
        _head = clusters.Form == AdaptiveForm.Delight && !_isTied ? Initialization.XavierUniform(clusters.HeadEntries, dim, random) : null;
        Clusters = [.. Enumerable.Range(0, clusters.Count).Select(Create)];
        float bound = 1 / MathF.Sqrt(dim);
        int entries = clusters.Cutoffs.Count;
        Cluster = _head is not null ? new Linear(_head.Rows(clusters.Cutoffs[0], entries), null) : clusters.IsPlain
            ? new Linear(Initialization.XavierUniform(entries, dim, random), null)
            : new Linear(Initialization.Uniform(new Shape(entries, dim), bound, random),
                Initialization.Uniform(new Shape(entries), bound, random));

        AdaptiveCluster Create(int cluster) => clusters.IsPlain ? CreateFairseq(cluster) : CreateBiased(cluster);

        AdaptiveCluster CreateFairseq(int cluster)
        {
            int width = clusters.Width(cluster, dim), size = clusters.Size(cluster, vocab);
            bool isDelight = clusters.Form == AdaptiveForm.Delight, sharesProjection = tied is not null && clusters.TieProj != false;
            Parameter weight = tied?.Clusters[cluster].Weight
                ?? (_head is not null && cluster == 0 ? _head.Rows(0, size)
                : isDelight ? Initialization.XavierUniform(size, width, random)
                : Initialization.Normal(new Shape(size, width), MathF.Pow(width, -0.5f), random));
            Parameter? projection = cluster == 0 || (isDelight && !sharesProjection) ? null
                : sharesProjection ? tied!.Clusters[cluster].Projection : Initialization.XavierUniform(dim, width, random);
            Parameter? narrowing = cluster > 0 && projection is null ? Initialization.XavierUniform(width, dim, random) : null;
            return new AdaptiveCluster(weight, projection, null, narrowing);
        }

        AdaptiveCluster CreateBiased(int cluster)
        {
            int width = clusters.Width(cluster, dim), size = clusters.Size(cluster, vocab);
            float bound = 1 / MathF.Sqrt(width);
            Parameter weight = tied?.Clusters[cluster].Weight ?? Initialization.Uniform(new Shape(size, width), bound, random);
            Parameter projection = tied?.Clusters[cluster].Projection ?? Initialization.Uniform(new Shape(dim, width), bound, random);
            return new AdaptiveCluster(weight, projection, Initialization.Uniform(new Shape(size), bound, random));
        }
    }

    /// <summary>W_c [n, D] and b_c [n]: the head's scores of the clusters n .. 1; in fairseq's form of 1 .. n, without b_c.</summary>
    public Linear Cluster { get; }

    /// <summary>O_i, Q_i and b_i.</summary>
    internal IReadOnlyList<AdaptiveCluster> Clusters { get; }

    /// <summary>
    /// Sum or mean of -ln p(target), without keeping scores. Only clusters that occur are computed; the others get zero gradients.
    /// </summary>
    /// <param name="hidden">[..., D]</param>
    /// <param name="targets">Int32, the leading shape of the hidden states.</param>
    /// <param name="options">Default: mean, nothing ignored. Label smoothing is refused.</param>
    /// <param name="context">Dropout; default: none.</param>
    /// <exception cref="ArgumentException">Shapes that do not fit, or label smoothing.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target outside the vocabulary.</exception>
    public override CrossEntropyResult Loss(
        Tensor hidden, Tensor targets, CrossEntropyOptions? options = null, ForwardContext? context = null)
    {
        (options, context) = (options ?? new CrossEntropyOptions(), context ?? ForwardContext.Inference);
        if (options.Smoothing != 0)
        {
            throw new ArgumentException("An adaptive softmax has no label smoothing.", nameof(options));
        }

        (Tensor flat, ClusterRows rows) = Sort(context.Dropout(hidden, _division.Dropout), targets, options.IgnoredTarget);
        CrossEntropyOptions sum = new() { Sum = true, IgnoredTarget = ClusterRows.Ignored };
        (Tensor weight, Tensor? bias) = Head();
        Tensor headTargets = Tensor.From(rows.HeadTargets, new Shape(rows.HeadTargets.Length), hidden.Device);
        CrossEntropyResult head = Drop(flat, 0).ProjectedCrossEntropy(weight, headTargets, sum, bias);
        (Tensor loss, Tensor nll) = (head.Loss, head.NegativeLogLikelihood);
        for (int i = 1; i < Clusters.Count; i++)
        {
            AdaptiveCluster cluster = Clusters[i];
            CrossEntropyOptions own = _division.TailQuirk ? sum with { IgnoredTarget = options.IgnoredTarget } : sum;
            CrossEntropyResult inside = Drop(flat.Embedding(rows.Places(i)), i)
                .ProjectedCrossEntropy(cluster.Weight, rows.Words(i), own, cluster.Bias);
            loss += inside.Loss;
            using NoGradientScope _ = new();
            nll += inside.NegativeLogLikelihood;
        }

        return new CrossEntropyResult(options.Sum ? loss : loss * (1f / Math.Max(1, rows.Count)), nll, rows.Count);

        Tensor Drop(Tensor x, int cluster) => Narrows(cluster) ? context.Dropout(Project(x, cluster), _division.Dropout) : x;
    }

    /// <summary>
    /// -ln p(target) of every position, each with a gradient of its own; <see cref="Loss"/> is faster where the sum or the mean is enough.
    /// </summary>
    /// <param name="hidden">[..., D]</param>
    /// <param name="targets">Int32, the leading shape of the hidden states.</param>
    /// <returns>Nats, the shape of the targets.</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target outside the vocabulary.</exception>
    public Tensor NegativeLogLikelihood(Tensor hidden, Tensor targets)
    {
        (Tensor flat, ClusterRows rows) = Sort(hidden, targets, null);
        (Tensor weight, Tensor? bias) = Head();
        Tensor headTargets = Tensor.From(rows.HeadTargets, new Shape(rows.HeadTargets.Length), hidden.Device);
        Tensor nll = Project(flat, 0).ProjectedNegativeLogLikelihood(weight, headTargets, bias);
        for (int i = 1; i < Clusters.Count; i++)
        {
            AdaptiveCluster cluster = Clusters[i];
            Tensor places = rows.Places(i);
            Tensor inside = Project(flat.Embedding(places), i).ProjectedNegativeLogLikelihood(cluster.Weight, rows.Words(i), cluster.Bias);
            nll = nll.ScatterAdd(0, places, inside);
        }

        return nll.Reshape(targets.Shape);
    }

    /// <inheritdoc/>
    public override string SlotName => _division.Form switch { AdaptiveForm.Fairseq => "head", AdaptiveForm.Delight => "", _ => "output" };

    /// <inheritdoc/>
    public override Tensor Scores(Tensor hidden) => LogProbabilities(hidden);

    /// <summary>ln p of every word: normalised, so that their exponentials sum to 1.</summary>
    /// <param name="hidden">[..., D]</param>
    /// <returns>[..., V]</returns>
    public Tensor LogProbabilities(Tensor hidden)
    {
        Tensor x = Project(hidden, 0);
        Tensor head = TensorOperators.Concat(-1, x.Linear(Clusters[0].Weight, Clusters[0].Bias), Cluster.Forward(x)).LogSoftmax();
        Tensor[] parts = ArrayPool<Tensor>.Shared.Rent(Clusters.Count);
        parts[0] = head.Slice(-1, 0, _division.Cutoffs[0]);
        for (int i = 1; i < Clusters.Count; i++)
        {
            Tensor inside = Project(hidden, i).Linear(Clusters[i].Weight, Clusters[i].Bias).LogSoftmax();
            parts[i] = inside + head.Slice(-1, _division.HeadEntry(i), 1);
        }

        Tensor all = TensorOperators.Concat(-1, parts.AsSpan(0, Clusters.Count));
        ArrayPool<Tensor>.Shared.Return(parts, clearArray: true);
        return all;
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit)
    {
        if (_division.Form == AdaptiveForm.Delight)
        {
            VisitDelight(visit);
            return;
        }

        // By its tensors: the loss joins them with those of the first cluster, so that nothing can stand beside the map.
        string name = _division.IsPlain ? "class" : "cluster";
        visit.AddMatrix($"{name}.weight", Cluster.Weight);
        visit.Add($"{name}.bias", Cluster.Bias);
        AdaptiveNames.Visit(visit, Clusters, _division.Form);
    }

    private void VisitDelight(ParameterVisitor visit)
    {
        visit.Add("head.weight", _head);
        visit.Add("head.class.weight", _head is null ? Cluster.Weight : null);
        for (int i = 1; i < Clusters.Count; i++)
        {
            visit.Add($"tail.{i - 1}.proj.weight", Clusters[i].Narrowing);
            visit.Add($"tail.{i - 1}.out.weight", _isTied ? null : Clusters[i].Weight);
        }
    }

    private (Tensor Flat, ClusterRows Rows) Sort(Tensor hidden, Tensor targets, int? ignored)
    {
        if (targets.Shape != hidden.Shape.Without(-1))
        {
            throw new ArgumentException(
                $"Hidden states {hidden.Shape} need targets of the shape {hidden.Shape.Without(-1)}, theirs is {targets.Shape}.");
        }

        Tensor flat = hidden.Reshape(new Shape(checked((int)targets.Count), hidden.Shape[-1]));
        return (flat, new ClusterRows(_division, _vocab, targets, ignored));
    }

    private (Tensor Weight, Tensor? Bias) Head() =>
        (TensorOperators.Concat(0, Clusters[0].Weight, Cluster.Weight),
            Cluster.Bias is { } bias ? TensorOperators.Concat(0, Clusters[0].Bias!, bias) : null);

    private bool Narrows(int cluster) => Clusters[cluster] is { Projection: not null } or { Narrowing: not null };

    private Tensor Project(Tensor hidden, int cluster) => Clusters[cluster] switch
    {
        { Projection: { } projection } => hidden.MatMul(projection),
        { Narrowing: { } narrowing } => hidden.Linear(narrowing),
        _ => hidden,
    };
}

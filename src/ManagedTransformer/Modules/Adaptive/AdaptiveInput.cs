using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Adaptive;

/// <summary>
/// Adaptive input (Baevski and Auli, "Adaptive Input Representations for Neural Language Modeling", 2019): a word w at place j of cluster i
/// becomes sqrt(D) P_i E_i[j], so that rare words have narrow embeddings. DeLighT's form has sqrt(d_i) in place of sqrt(D),
/// and an unscaled input neither.
/// </summary>
internal sealed class AdaptiveInput : TokenTable
{
    private readonly int _vocab, _dim;
    private readonly int? _padding;

    /// <summary>
    /// An input with E_i from N(0, 1) and P_i from U(-1/sqrt(d_i), 1/sqrt(d_i)); in fairseq's form with E_i from N(0,
    /// 1/d_i) and Xavier's P_i.
    /// </summary>
    /// <param name="clusters">How the vocabulary is divided.</param>
    /// <param name="vocab">Number of words V.</param>
    /// <param name="dim">Width D of the result.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <param name="padding">A word whose row starts at 0 and whose lookups send no gradient, or none.</param>
    /// <param name="tableDim">Width of cluster 0's table; null: D.</param>
    /// <exception cref="InputException">Clusters that do not fit the vocabulary and the width.</exception>
    public AdaptiveInput(AdaptiveClusters clusters, int vocab, int dim, RandomSource random, int? padding = null, int? tableDim = null)
    {
        int widest = tableDim ?? dim;
        clusters.Validate(vocab, widest, "model");
        (Division, _vocab, _dim, _padding) = (clusters, vocab, dim, padding);
        Clusters = [.. Enumerable.Range(0, clusters.Count).Select(Create)];

        AdaptiveCluster Create(int cluster)
        {
            int width = clusters.Width(cluster, widest);
            Shape table = new(clusters.Size(cluster, vocab), width);
            bool isPlain = clusters.IsPlain, startsAtZero = clusters.Form == AdaptiveForm.Delight && cluster > 0 && !clusters.NormalTails;
            Parameter weight = startsAtZero
                ? Initialization.Zeros(table)
                : Initialization.Normal(table, isPlain ? MathF.Pow(width, -0.5f) : 1, random);
            AbsolutePositions.ClearRow(weight, PaddingIn(cluster));
            Parameter projection = isPlain
                ? Initialization.XavierUniform(dim, width, random)
                : Initialization.Uniform(new Shape(dim, width), 1 / MathF.Sqrt(width), random);
            return new AdaptiveCluster(weight, projection, null);
        }
    }

    /// <summary>How the vocabulary is divided.</summary>
    public AdaptiveClusters Division { get; }

    /// <summary>E_i and P_i.</summary>
    internal IReadOnlyList<AdaptiveCluster> Clusters { get; }

    /// <summary>Embeds words. Only rows that occur are read; clusters and rows that do not occur get zero gradients.</summary>
    /// <param name="tokens">Int32, any shape, values 0 .. V-1.</param>
    /// <returns>The shape of the tokens, and D.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A token outside the vocabulary.</exception>
    public override Tensor Forward(Tensor tokens)
    {
        if (tokens.Count == 1 && NoGradientScope.IsOpen)
        {
            return ForwardOne(tokens);
        }

        ClusterRows rows = new(Division, _vocab, tokens);
        Tensor[] embedded = new Tensor[Clusters.Count];
        for (int i = 0; i < embedded.Length; i++)
        {
            embedded[i] = Embed(i, rows.Words(i));
        }

        // Cluster after cluster, and then back to the order of the tokens.
        Tensor inOrder = TensorOperators.Concat(0, embedded).Embedding(rows.Inverse());
        return Scaled(inOrder.Reshape(tokens.Shape.Insert(-1, _dim)));
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit) => AdaptiveNames.Visit(visit, Clusters, Division.Form);

    private bool IsScaled => Division.Scale != false;

    private bool IsDelight => Division.Form == AdaptiveForm.Delight;

    // A step of generation: the token's own cluster only, and nothing on the managed heap.
    private Tensor ForwardOne(Tensor token)
    {
        Span<int> word = stackalloc int[1];
        token.CopyTo(word);
        if (word[0] < 0 || word[0] >= _vocab)
        {
            throw ClusterRows.Outside(word[0], _vocab, nameof(token));
        }

        int cluster = Division.ClusterOf(word[0]);
        word[0] -= Division.Start(cluster);
        return Scaled(Embed(cluster, Tensor.From(word, new Shape(1), token.Device)).Reshape(token.Shape.Insert(-1, _dim)));
    }

    private Tensor Embed(int cluster, Tensor words)
    {
        Tensor looked = Clusters[cluster].Weight.Embedding(words, PaddingIn(cluster) ?? -1);
        return (IsScaled && IsDelight ? looked * MathF.Sqrt(looked.Shape[-1]) : looked).Linear(Clusters[cluster].Projection!);
    }

    private Tensor Scaled(Tensor x) => IsScaled && !IsDelight ? x * MathF.Sqrt(_dim) : x;

    private int? PaddingIn(int cluster) =>
        _padding is { } word && Division.ClusterOf(word) == cluster ? word - Division.Start(cluster) : null;
}

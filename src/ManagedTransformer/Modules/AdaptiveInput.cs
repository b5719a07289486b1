using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules;

/// <summary>
/// Adaptive input (Baevski and Auli, "Adaptive Input Representations for Neural Language Modeling", 2019): a word w at place j of cluster i becomes
/// sqrt(D) P_i E_i[j], so that rare words have narrow embeddings.
/// </summary>
public sealed class AdaptiveInput : Module
{
    private readonly int _vocab, _dim;

    /// <summary>An input with E_i from N(0, 1) and P_i from U(-1/sqrt(d_i), 1/sqrt(d_i)).</summary>
    /// <param name="clusters">How the vocabulary is divided.</param><param name="vocab">Number of words V.</param><param name="dim">Width D of the result.</param>
    /// <param name="random">Source of the initial values.</param>
    /// <exception cref="InputException">Clusters that do not fit the vocabulary and the width.</exception>
    public AdaptiveInput(AdaptiveClusters clusters, int vocab, int dim, RandomSource random)
    {
        clusters.Validate(vocab, dim, "model");
        (Division, _vocab, _dim) = (clusters, vocab, dim);
        Clusters = [.. Enumerable.Range(0, clusters.Count).Select(Create)];

        AdaptiveCluster Create(int cluster)
        {
            int width = clusters.Width(cluster, dim);
            Parameter weight = Initialization.Normal(new Shape(clusters.Size(cluster, vocab), width), 1, random);
            return new AdaptiveCluster(weight, Initialization.Uniform(new Shape(dim, width), 1 / MathF.Sqrt(width), random), null);
        }
    }

    /// <summary>How the vocabulary is divided.</summary>
    public AdaptiveClusters Division { get; }

    /// <summary>E_i and P_i.</summary>
    public IReadOnlyList<AdaptiveCluster> Clusters { get; }

    /// <summary>Embeds words. Only rows that occur are read; clusters and rows that do not occur get zero gradients.</summary>
    /// <param name="tokens">Int32, any shape, values 0 .. V-1.</param>
    /// <returns>The shape of the tokens, and D.</returns>
    /// <exception cref="ArgumentOutOfRangeException">A token outside the vocabulary.</exception>
    public Tensor Forward(Tensor tokens)
    {
        ClusterRows rows = new(Division, _vocab, tokens);
        Tensor[] embedded = new Tensor[Clusters.Count];
        for (int i = 0; i < embedded.Length; i++)
        {
            embedded[i] = Clusters[i].Weight.Embedding(rows.Words(i)).Linear(Clusters[i].Projection);
        }

        // Cluster after cluster, and then back to the order of the tokens.
        Tensor inOrder = TensorOperators.Concat(0, embedded).Embedding(rows.Inverse());
        return inOrder.Reshape(tokens.Shape.Insert(-1, _dim)) * MathF.Sqrt(_dim);
    }

    /// <inheritdoc/>
    public override void Visit(ParameterVisitor visit) => visit.Add("clusters", Clusters);
}

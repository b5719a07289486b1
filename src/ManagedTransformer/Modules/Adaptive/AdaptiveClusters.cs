using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Modules.Adaptive;

/// <summary>
/// How adaptive input and softmax divide a vocabulary V sorted by falling frequency: cut-offs c_1 &lt; ... &lt; c_n &lt; V make n + 1
/// clusters, [0, c_1), [c_1, c_2), ..., [c_n, V), and cluster i has embeddings of floor(D / div^i) values (Grave et al., 2017;
/// Baevski and Auli, 2019).
/// </summary>
public sealed record AdaptiveClusters
{
    /// <summary>c_1 .. c_n, increasing, at least one.</summary>
    public required IReadOnlyList<int> Cutoffs { get; init; }

    /// <summary>By what factor each cluster is narrower than the one before; at least 2.</summary>
    public required int Div { get; init; }

    /// <summary>Details of the softmax, names and initial values.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public AdaptiveForm Form { get; init; }

    /// <summary>DeLighT's form: whether a tied softmax narrows states with the input's projections; otherwise it has its own.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? TieProj { get; init; }

    /// <summary>
    /// DeLighT's form: leaves out, in training, the cluster's own term for targets whose place in their cluster is the padding id, as the
    /// authors' code does by accident.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool TailQuirk { get; init; }

    /// <summary>
    /// DeLighT's form: draws the tables of clusters 1, 2, ... from a normal distribution; otherwise they start at zero,
    /// as in the authors' code.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool NormalTails { get; init; }

    /// <summary>Whether the input multiplies by the root of a width; absent: it does.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Scale { get; init; }

    /// <summary>Dropout in the softmax: on the states that it reads, and again on every narrowed form of them.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public float Dropout { get; init; }

    /// <summary>Whether nothing has a bias and the clusters' entries rise.</summary>
    internal bool IsPlain => Form != AdaptiveForm.Biased;

    /// <summary>Number of clusters, n + 1.</summary>
    internal int Count => Cutoffs.Count + 1;

    /// <summary>Entries of the head's softmax: the words of cluster 0 and one entry for each other cluster.</summary>
    internal int HeadEntries => Cutoffs[0] + Cutoffs.Count;

    /// <summary>Checks every value.</summary>
    /// <param name="vocab">Number of words V.</param>
    /// <param name="dim">Model width D.</param>
    /// <param name="where">Named in the error, for instance the recipe's path.</param>
    /// <exception cref="InputException">No clusters, cut-offs that do not increase or exceed the vocabulary, a cluster without width, or a
    /// dropout out of its range.</exception>
    public void Validate(int vocab, int dim, string where)
    {
        if (Cutoffs.Count == 0)
        {
            throw new InputException($"{where}: model.adaptive.cutoffs is empty, at least one is needed.");
        }

        for (int i = 0, before = 0; i < Cutoffs.Count; before = Cutoffs[i++])
        {
            if (Cutoffs[i] <= before)
            {
                throw new InputException($"{where}: model.adaptive.cutoffs [{string.Join(", ", Cutoffs)}] must be positive and increase.");
            }
        }

        if (Cutoffs[^1] >= vocab)
        {
            throw new InputException(
                $"{where}: model.adaptive.cutoffs ends with {Cutoffs[^1]}, it must be below the vocabulary of {vocab}.");
        }

        if (Div <= 1)
        {
            throw new InputException($"{where}: model.adaptive.div is {Div}, it must be at least 2.");
        }

        if (Dropout is not (>= 0 and < 1))
        {
            throw new InputException($"{where}: model.adaptive.dropout is {Dropout}, it must be at least 0 and below 1.");
        }

        if ((Form == AdaptiveForm.Biased && (TieProj is not null || TailQuirk)) || (Form != AdaptiveForm.Delight && NormalTails))
        {
            throw new InputException(
                $"{where}: model.adaptive.tie_proj, tail_quirk and normal_tails belong to model.adaptive.form 'delight'; "
                + $"it is '{Form.JsonName()}'.");
        }

        if (Width(Cutoffs.Count, dim) == 0)
        {
            throw new InputException(
                $"{where}: model.adaptive.div ({Div}) leaves cluster {Cutoffs.Count} of {Count} no width: "
                + $"model.dim ({dim}) must be at least {Div}^{Cutoffs.Count}.");
        }
    }

    /// <summary>First word of a cluster.</summary>
    internal int Start(int cluster) => cluster == 0 ? 0 : Cutoffs[cluster - 1];

    /// <summary>Number of words n_i of a cluster.</summary>
    internal int Size(int cluster, int vocab) => (cluster == Cutoffs.Count ? vocab : Cutoffs[cluster]) - Start(cluster);

    /// <summary>Width d_i = floor(D / div^i).</summary>
    internal int Width(int cluster, int dim)
    {
        for (int i = 0; i < cluster; i++)
        {
            dim /= Div;
        }

        return dim;
    }

    /// <summary>The cluster of a word.</summary>
    internal int ClusterOf(int word)
    {
        int cluster = 0;
        while (cluster < Cutoffs.Count && word >= Cutoffs[cluster])
        {
            cluster++;
        }

        return cluster;
    }

    /// <summary>
    /// The entry of the head's softmax that stands for a cluster i > 0. They stand behind the words, in falling or, in fairseq's form,
    /// in rising order.
    /// </summary>
    internal int HeadEntry(int cluster) => IsPlain ? Cutoffs[0] + cluster - 1 : HeadEntries - cluster;
}

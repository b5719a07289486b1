using ManagedTransformer.Tensors;

namespace ManagedTransformer.Modules.Adaptive;

/// <summary>Which rows of a batch belong to which cluster. Words come from the host, so they are sorted there.</summary>
internal sealed class ClusterRows
{
    /// <summary>What stands for an ignored word among the <see cref="HeadTargets"/>.</summary>
    public const int Ignored = -1;

    private readonly Device _device;
    private readonly List<int>[] _places, _words;

    /// <summary>Sorts words by cluster.</summary>
    /// <param name="clusters">The division.</param>
    /// <param name="vocab">Number of words.</param>
    /// <param name="words">Int32, any shape.</param>
    /// <param name="ignored">A word that belongs to no cluster, or none.</param>
    /// <exception cref="ArgumentOutOfRangeException">A word outside 0 .. V-1 that is not the ignored one.</exception>
    public ClusterRows(AdaptiveClusters clusters, int vocab, Tensor words, int? ignored = null)
    {
        _device = words.Device;
        _places = [.. Enumerable.Range(0, clusters.Count).Select(_ => new List<int>())];
        _words = [.. Enumerable.Range(0, clusters.Count).Select(_ => new List<int>())];
        int[] all = words.ToInt32Array();
        HeadTargets = new int[all.Length];
        for (int row = 0; row < all.Length; row++)
        {
            HeadTargets[row] = Add(row, all[row]);
        }

        int Add(int row, int word)
        {
            if (word == ignored)
            {
                return Ignored;
            }

            if (word < 0 || word >= vocab)
            {
                throw Outside(word, vocab, nameof(words));
            }

            int cluster = clusters.ClusterOf(word);
            _places[cluster].Add(row);
            _words[cluster].Add(word - clusters.Start(cluster));
            return cluster == 0 ? word : clusters.HeadEntry(cluster);
        }
    }

    /// <summary>The error of a word outside 0 .. V-1.</summary>
    public static ArgumentOutOfRangeException Outside(int word, int vocab, string argument) =>
        new(argument, $"Word {word} is outside the vocabulary of {vocab}.");

    /// <summary>For each row the entry of the head's softmax: the word, or its cluster.</summary>
    public int[] HeadTargets { get; }

    /// <summary>Number of rows in some cluster.</summary>
    public int Count => _places.Sum(places => places.Count);

    /// <summary>The rows of a cluster, rising: Int32 [n].</summary>
    public Tensor Places(int cluster) => Int32(_places[cluster]);

    /// <summary>Their words, counted from the cluster's first: Int32 [n].</summary>
    public Tensor Words(int cluster) => Int32(_words[cluster]);

    /// <summary>For each row its place when rows are sorted by cluster: Int32 [rows]. No word may be ignored.</summary>
    public Tensor Inverse()
    {
        int[] inverse = new int[HeadTargets.Length];
        int next = 0;
        foreach (int row in _places.SelectMany(places => places))
        {
            inverse[row] = next++;
        }

        return Int32(inverse);
    }

    private Tensor Int32(IReadOnlyCollection<int> values) => Tensor.From([.. values], new Shape(values.Count), _device);
}

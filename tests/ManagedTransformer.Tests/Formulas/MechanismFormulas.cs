using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.LinearAttention;
using ManagedTransformer.Architectures.ProductKeyMemory;
using ManagedTransformer.Modules.Adaptive;

namespace ManagedTransformer.Tests.Formulas;

/// <summary>The numbers of trainable values of mechanisms, from their configurations by hand.</summary>
internal static class MechanismFormulas
{
    /// <summary>
    /// Of an adaptive input and an adaptive softmax: tables of sum over i of (n_i + D) d_i values for clusters of n_i words, twice unless
    /// tied, and V + n (D + 1) for the biases and the head's cluster entries. fairseq's form has no biases, and its softmax no projection
    /// of cluster 0.
    /// </summary>
    public static long Clusters(AdaptiveClusters clusters, int vocab, int dim, bool tied)
    {
        long tables = Enumerable.Range(0, clusters.Count)
            .Sum(cluster => ((long)clusters.Size(cluster, vocab) + dim) * clusters.Width(cluster, dim));
        if (clusters.IsPlain)
        {
            long projections = Enumerable.Range(1, clusters.Count - 1).Sum(cluster => (long)dim * clusters.Width(cluster, dim));
            return (tied ? tables : (2 * tables) - ((long)dim * dim)) + (tied && clusters.TieProj == false ? projections : 0)
                + ((long)clusters.Cutoffs.Count * dim);
        }

        return (tables * (tied ? 1 : 2)) + vocab + (clusters.Cutoffs.Count * ((long)dim + 1));
    }

    /// <summary>Beside the four projections: learnt map H k d + H k, sigma H d, gates H D + H, for heads of width d = D / H.</summary>
    public static long Linear(LinearAttentionConfig linear, int dim, int heads)
    {
        long map = linear.Map == FeatureMapKind.Learned ? ((long)dim + heads) * linear.FeatureSize : 0;
        return map + (linear.Reparam ? dim : 0) + (linear.Gate == LinearGateKind.None ? 0 : ((long)heads * dim) + heads);
    }

    /// <summary>
    /// But for the values: for every map of the query network from a to b a b (+ b with bias) (+ 2 b with batch norm), and the keys H n dq
    /// (product: 2 n keys of dq / 2 per head; flat: S keys of dq, for one head if shared).
    /// </summary>
    public static long Memory(ProductKeyMemoryConfig memory, int inputDim)
    {
        long count = (memory.SharedKeys ? 1L : memory.Heads) * memory.NKeys * memory.KeyDim, width = inputDim;
        foreach (long next in memory.QueryHidden.Append(memory.Heads * memory.KeyDim))
        {
            count += (width * next) + (memory.QueryBias ? next : 0) + (memory.BatchNorm ? 2 * next : 0);
            width = next;
        }

        return count;
    }

    /// <summary>The table of values: S v.</summary>
    public static long MemoryValues(ProductKeyMemoryConfig memory, int inputDim) => memory.Slots * memory.ValueWidth(inputDim);

    /// <summary>The halting classifier.</summary>
    public static long Halting(DepthConfig exits, int layers, int encoderDim, int decoderDim) => exits.Halting switch
    {
        HaltingKind.Sequence => layers * (encoderDim + 1L),
        HaltingKind.Multinomial => layers * (decoderDim + 1L),
        HaltingKind.Geometric => (exits.HaltingShared ? 1 : layers - 1) * (decoderDim + 1L),
        _ => 0,
    };
}

using ManagedTransformer.Tensors;

namespace ManagedTransformer.Samples.OwnModel;

/// <summary>A loss of one's own: cross-entropy that cares less for what is known already (Lin et al., 2017).</summary>
public static class FocalLoss
{
    /// <summary>The sum over rows of -(1 - p)^gamma log p, p the probability of the row's class (equation 4).</summary>
    /// <param name="logits">[B, classes]</param>
    /// <param name="labels">Int32 [B]</param>
    /// <param name="gamma">How much less; 0 is cross-entropy.</param>
    /// <returns>A single element, in nats.</returns>
    public static Tensor Sum(Tensor logits, Tensor labels, float gamma)
    {
        ArgumentNullException.ThrowIfNull(logits);
        ArgumentNullException.ThrowIfNull(labels);
        Tensor log = logits.LogSoftmax().Gather(1, labels.Reshape(new Shape(labels.Shape[0], 1)));
        return gamma == 0 ? -log.Sum() : -(log.Exp().Affine(-1, 1).Pow(gamma) * log).Sum();
    }
}

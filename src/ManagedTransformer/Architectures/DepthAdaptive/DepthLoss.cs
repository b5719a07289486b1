using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>The losses of a depth-adaptive model, sums over the batch.</summary>
/// <param name="Decoder">L_dec: the weighted mean over exits of the smoothed losses; a scalar to differentiate.</param>
/// <param name="Deepest">The last exit's cross-entropy (aligned), or that of the exits drawn (mixed).</param>
/// <param name="LogLikelihoods">Sum of log p(target) of every exit; empty for mixed training.</param>
/// <param name="Exit">L_exit, a scalar to differentiate; null without an exit classifier in training.</param>
/// <param name="LogProbabilities">log q, [B, N] or [B, T, N]; null likewise.</param>
/// <param name="Exits">The oracle's exits, from 1, 0 at padding; empty likewise.</param>
internal readonly record struct DepthLoss(
    Tensor Decoder, CrossEntropyResult Deepest, IReadOnlyList<Tensor> LogLikelihoods, Tensor? Exit = null, Tensor? LogProbabilities = null,
    int[]? Exits = null)
{
    /// <summary>L_dec + alpha L_exit, per target token unless sums are asked for.</summary>
    /// <param name="alpha">Weight of the exit classifier's loss.</param>
    /// <param name="sum">Whether to leave the sums as they are.</param>
    public TrainingLoss ToTrainingLoss(float alpha, bool sum)
    {
        float factor = sum ? 1 : 1f / Math.Max(1, Deepest.Targets);
        Tensor decoder = Decoder * factor;
        Tensor? penalty = Exit is null ? null : Exit * (alpha * factor);
        return new TrainingLoss(penalty is null ? decoder : decoder + penalty, Deepest with { Loss = decoder }, penalty);
    }
}

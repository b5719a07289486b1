using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Generation;

/// <summary>Searches translations of many sentences, those of similar length side by side.</summary>
internal static class BatchedSearch
{
    /// <summary>The hypotheses of every sentence, best first, in the order of the sentences.</summary>
    /// <param name="model">The network.</param>
    /// <param name="sources">Ids of the sentences without their eos, with which none is longer than the model's positions.</param>
    /// <param name="options">How to search.</param>
    /// <param name="batch">Sentences that are searched at once.</param>
    /// <param name="prefix">Tokens that every translation begins with.</param>
    /// <param name="exits">When tokens leave the decoder; null: as the model's configuration says.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    public static IReadOnlyList<Hypothesis>[] Run(
        EncoderDecoderModel model, IReadOnlyList<int[]> sources, BeamSearchOptions options, int batch, IReadOnlyList<int> prefix,
        DepthRule? exits = null, CancellationToken cancellation = default)
    {
        var found = new IReadOnlyList<Hypothesis>[sources.Count];
        using DeviceScope? device = DeviceScope.Enter(model.Device);
        using NoGradientScope _ = new();
        foreach (int[] numbers in EncodedBatch.Divide(sources, batch))
        {
            cancellation.ThrowIfCancellationRequested();
            using StepScope scope = new();
            new EncodedBatch(model, sources, numbers).Search(options, prefix, exits, found);
        }

        return found;
    }
}

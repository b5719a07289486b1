using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Data.Pairs;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Evaluation;

/// <summary>Scores a translation model on sentence pairs.</summary>
internal static class TranslationEvaluator
{
    // Enough for full speed, and no more memory than a training step of the usual size.
    private const int TokensPerBatch = 2048;

    /// <summary>Sum of -ln p over the target tokens, each end of sentence included, without label smoothing.</summary>
    /// <param name="model">The network.</param>
    /// <param name="pairs">At least one pair.</param>
    /// <param name="cancellation">Ends it with an <see cref="OperationCanceledException"/>.</param>
    public static LanguageModelMetrics Score(EncoderDecoderModel model, IReadOnlyList<TokenPair> pairs, CancellationToken cancellation)
    {
        double nll = 0;
        long tokens = 0;
        CrossEntropyOptions options = new() { Sum = true };
        using DeviceScope? device = DeviceScope.Enter(model.Device);
        using NoGradientScope _ = new();
        int longest = pairs.Max(pair => Math.Max(pair.Source.Length, pair.Target.Length)) + 1;
        foreach (TranslationBatch batch
            in new PairBatches(pairs, new PairBatchesOptions { MaxTokens = Math.Max(TokensPerBatch, longest), Multiple = 1 }).All())
        {
            cancellation.ThrowIfCancellationRequested();
            using StepScope scope = new();
            Shape target = new(batch.Rows, batch.TargetLength);
            CrossEntropyResult result = model.Loss(Tensor.From(batch.Source, new Shape(batch.Rows, batch.SourceLength)),
                Tensor.From(batch.Previous, target), Tensor.From(batch.Target, target), ForwardContext.Inference, options);
            nll += result.NegativeLogLikelihood.Item();
            tokens += result.Targets;
        }

        return new LanguageModelMetrics(nll, tokens);
    }
}

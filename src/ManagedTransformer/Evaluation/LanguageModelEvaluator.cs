using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Data;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Evaluation;

/// <summary>Scores a language model on a stream of tokens.</summary>
public static class LanguageModelEvaluator
{
    // Enough for full speed, and no more memory than a training step of the usual size.
    private const int TokensPerBatch = 1024;

    /// <summary>Sum of -ln p over every token but the first, in nats, each scored once in blocks of <paramref name="context"/> tokens.</summary>
    /// <param name="model">The network.</param><param name="stream">At least two tokens.</param><param name="context">Tokens that the model reads at once.</param>
    /// <param name="contextWindow">Of these, tokens that serve as context of a block only, 0 .. context-1.</param>
    /// <param name="cancellation">Ends the evaluation with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The sum and the number of tokens scored.</returns>
    /// <exception cref="InputException">Fewer than two tokens.</exception>
    public static (double NegativeLogLikelihood, long Tokens) Evaluate(
        CausalLanguageModel model, TokenStream stream, int context, int contextWindow = 0, CancellationToken cancellation = default)
    {
        double nll = 0;
        long tokens = 0;
        CrossEntropyOptions options = new() { Sum = true, IgnoredTarget = model.Config.PaddingIdx ?? -1 };
        using NoGradientScope _ = new();
        foreach (EvaluationBatch batch in EvaluationBatch.Read(stream, context, contextWindow, Math.Max(1, TokensPerBatch / context)))
        {
            cancellation.ThrowIfCancellationRequested();
            using StepScope scope = new();
            Shape shape = new(batch.Rows, batch.Length);
            int scored = batch.Length - batch.ContextLength;
            Tensor hidden = model.Hidden(Tensor.From(batch.Inputs, shape), ForwardContext.Inference).Slice(1, batch.ContextLength, scored);
            Tensor targets = Tensor.From(batch.Targets, shape).Slice(1, batch.ContextLength, scored);
            CrossEntropyResult result = hidden.ProjectedCrossEntropy(model.OutputWeight, targets, options);
            nll += result.NegativeLogLikelihood.Item();
            tokens += result.Targets;
        }

        return (nll, tokens);
    }
}

using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Evaluation;

/// <summary>Scores a language model on a stream of tokens.</summary>
public static class LanguageModelEvaluator
{
    // Enough for full speed, and no more memory than a training step of the usual size.
    private const int TokensPerBatch = 1024;
    private const int StreamRows = 8;

    /// <summary>
    /// Sum of -ln p, in nats, as the model is meant to be scored: a model that reads past its blocks on rows of the stream with its caches
    /// carried along (<see cref="EvaluateRows"/>), any other in blocks of <paramref name="context"/> tokens,
    /// every token but the first once.
    /// </summary>
    /// <param name="model">The network.</param>
    /// <param name="stream">At least two tokens.</param>
    /// <param name="context">Tokens that the model reads at once.</param>
    /// <param name="contextWindow">Of these, tokens that serve as context of a block only, 0 .. context-1; without meaning for models that
    /// read past their blocks.</param>
    /// <param name="observer">Told what the parts of the model choose; null for nobody.</param>
    /// <param name="cancellation">Ends the evaluation with an <see cref="OperationCanceledException"/>.</param>
    /// <returns>The sum and the number of tokens scored.</returns>
    /// <exception cref="InputException">Fewer than two tokens.</exception>
    public static (double NegativeLogLikelihood, long Tokens) Evaluate(
        CausalLanguageModel model, TokenStream stream, int context, int contextWindow = 0, IForwardObserver? observer = null,
        CancellationToken cancellation = default)
    {
        if (model.Stack.ReadsHistory)
        {
            return EvaluateStream(model, stream, context, observer, cancellation);
        }

        double nll = 0;
        long tokens = 0;
        ForwardContext forward = Context(observer);
        CrossEntropyOptions options = new() { Sum = true, IgnoredTarget = model.Config.PaddingIdx ?? -1 };
        using DeviceScope? device = DeviceScope.Enter(model.Device);
        using NoGradientScope _ = new();
        foreach (EvaluationBatch batch in EvaluationBatch.Read(stream, context, contextWindow, Math.Max(1, TokensPerBatch / context)))
        {
            cancellation.ThrowIfCancellationRequested();
            using StepScope scope = new();
            Shape shape = new(batch.Rows, batch.Length);
            int scored = batch.Length - batch.ContextLength;
            Tensor targets = Tensor.From(batch.Targets, shape).Slice(1, batch.ContextLength, scored);
            CrossEntropyResult result = model.Loss(
                Tensor.From(batch.Inputs, shape), targets, forward, options, skip: batch.ContextLength);
            nll += result.NegativeLogLikelihood.Item();
            tokens += result.Targets;
        }

        return (nll, tokens);
    }

    /// <summary>
    /// Losses of consecutive blocks, the stream laid out in contiguous rows and the caches, which start with zero states, carried from
    /// block to block. What does not fill a block at the end of a row is left out, and so is the first token of each row (Sukhbaatar et
    /// al., 2019, training code).
    /// </summary>
    /// <param name="model">The network.</param>
    /// <param name="stream">The tokens.</param>
    /// <param name="rows">Rows.</param>
    /// <param name="block">Tokens per block, below the length of a row.</param>
    /// <param name="cancellation">Ends the evaluation with an <see cref="OperationCanceledException"/>.</param>
    /// <param name="observer">Told what the parts of the model choose; null for nobody.</param>
    /// <returns>The mean -ln p of every block, in nats.</returns>
    /// <exception cref="InputException">A row has no block and a token more.</exception>
    public static IEnumerable<double> EvaluateRows(
        CausalLanguageModel model, TokenStream stream, int rows, int block, IForwardObserver? observer = null,
        CancellationToken cancellation = default)
    {
        ContiguousBatches batches = new(stream, rows, block);
        StreamHistory? history = model.Stack.CreateHistory();
        int[] inputs = new int[rows * block], targets = new int[inputs.Length];
        Shape shape = new(rows, block);
        ForwardContext forward = Context(observer);
        for (long i = 0; i < batches.BlocksPerPass; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            batches.Next(inputs, targets);
            yield return Block();
        }

        history?.Reset();

        double Block()
        {
            using DeviceScope? device = DeviceScope.Enter(model.Device);
            using NoGradientScope _ = new();
            using StepScope scope = new();
            return model.Loss(Tensor.From(inputs, shape), Tensor.From(targets, shape), forward, history: history).Loss.Item();
        }
    }

    private static (double NegativeLogLikelihood, long Tokens) EvaluateStream(
        CausalLanguageModel model, TokenStream stream, int context, IForwardObserver? observer, CancellationToken cancellation)
    {
        if (stream.Length < 2)
        {
            throw new InputException($"The text has {TextSize.Tokens(stream.Length)}; an evaluation needs at least 2.");
        }

        // Fewer rows for a short text, so that at least half of it has context; a shorter block where not even one row holds it.
        int block = (int)Math.Min(context, stream.Length - 1);
        int rows = (int)Math.Clamp(stream.Length / (2L * block), 1, StreamRows);
        double sum = 0;
        long blocks = 0;
        foreach (double loss in EvaluateRows(model, stream, rows, block, observer, cancellation))
        {
            sum += loss;
            blocks++;
        }

        long tokens = (long)rows * block;
        return (sum * tokens, blocks * tokens);
    }

    private static ForwardContext Context(IForwardObserver? observer) =>
        observer is null ? ForwardContext.Inference : ForwardContext.Observed(observer);
}

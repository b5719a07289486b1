using ManagedTransformer.Architectures.Lolcats;
using ManagedTransformer.Architectures.Lolcats.Transfer;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Evaluation;

/// <summary>Compares linearised layers with their softmax on a stream of tokens.</summary>
internal static class TransferEvaluator
{
    private const int TokensPerBatch = 1024;

    /// <summary>The mean loss of attention transfer over blocks, and the errors of the layers.</summary>
    /// <param name="model">A model with linearised layers.</param>
    /// <param name="stream">At least two tokens.</param>
    /// <param name="context">Tokens per block; the last block may be shorter.</param>
    /// <param name="options">Factors of the loss.</param>
    /// <param name="cancellation">Ends the evaluation with an <see cref="OperationCanceledException"/>.</param>
    public static (double Loss, IReadOnlyList<LayerError> Layers) Evaluate(
        CausalLanguageModel model, TokenStream stream, int context, TransferOptions options, CancellationToken cancellation = default)
    {
        double loss = 0, tokens = 0;
        double[] errors = new double[model.Config.Layers], squares = new double[errors.Length];
        SortedSet<int> layers = [];
        using DeviceScope? device = DeviceScope.Enter(model.Device);
        using NoGradientScope _ = new();
        foreach (EvaluationBatch batch in EvaluationBatch.Read(stream, context, batchSize: Math.Max(1, TokensPerBatch / context)))
        {
            cancellation.ThrowIfCancellationRequested();
            using StepScope scope = new();
            TransferResult result = AttentionTransfer.Loss(
                model, Tensor.From(batch.Inputs, new Shape(batch.Rows, batch.Length)), options: options);
            loss += result.Loss.Item() * (double)batch.Inputs.Length;
            tokens += batch.Inputs.Length;
            foreach (LayerTransfer layer in result.Layers)
            {
                layers.Add(layer.Layer);
                errors[layer.Layer] += layer.Mse.Item() * (double)batch.Inputs.Length;
                squares[layer.Layer] += layer.MeanSquare.Item() * (double)batch.Inputs.Length;
            }
        }

        return (loss / tokens,
            [.. layers.Select(layer => new LayerError(layer, errors[layer] / tokens, errors[layer] / squares[layer]))]);
    }
}

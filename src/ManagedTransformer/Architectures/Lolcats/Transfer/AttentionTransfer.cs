using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Attention;
using ManagedTransformer.Modules.Embeddings;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Lolcats.Transfer;

/// <summary>
/// The first stage of linearising (Zhang et al., "LoLCATs", 2024): every linearised layer learns to give what its softmax gave. Layers pass
/// on the softmax's output, so that each sees the original model's states and no gradient crosses layers.
/// </summary>
internal static class AttentionTransfer
{
    // Smallest weight whose logarithm is taken.
    private const float SmallestWeight = 1e-12f;

    /// <summary>The loss of a block of tokens: a factor times the mean over layers of squared errors, and cross-entropies.</summary>
    /// <param name="model">A model with linearised layers.</param>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <param name="padding">
    /// Float32 [B, T], 1 at padding, which is neither seen nor counted; null: as the model's padding id says.
    /// </param>
    /// <param name="options">Factors; null for the defaults.</param>
    /// <exception cref="ArgumentException">No layer is linearised.</exception>
    public static TransferResult Loss(
        CausalLanguageModel model, Tensor tokens, Tensor? padding = null, TransferOptions? options = null)
    {
        options ??= new TransferOptions();
        padding ??= TokenEmbedding.PaddingMask(tokens, model.Config.PaddingIdx);
        (IReadOnlyList<Lesson> lessons, Tensor hidden) = Teach(model, tokens, padding);
        LayerTransfer[] layers = [.. lessons.Select(lesson => Compare(lesson, padding, options))];
        return new TransferResult(
            layers.Select(layer => Loss(layer, options)).Aggregate((a, b) => a + b) / layers.Length, layers, hidden);
    }

    /// <summary>
    /// Adds the gradient of the loss to feature maps and window factors, layer by layer, so that only one layer's intermediate results are
    /// in memory.
    /// </summary>
    /// <param name="model">A model with linearised layers.</param>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <param name="factor">The gradient is that of the loss times this.</param>
    /// <param name="options">Factors; null for the defaults.</param>
    /// <returns>The loss, a scalar without the factor.</returns>
    /// <exception cref="ArgumentException">No layer is linearised.</exception>
    public static Tensor Learn(CausalLanguageModel model, Tensor tokens, float factor, TransferOptions? options = null)
    {
        options ??= new TransferOptions();
        Tensor? padding = TokenEmbedding.PaddingMask(tokens, model.Config.PaddingIdx);
        IReadOnlyList<Lesson> lessons = Teach(model, tokens, padding).Lessons;
        Tensor sum = Tensor.Scalar(0, tokens.Device);
        foreach (Lesson lesson in lessons)
        {
            Tensor loss = Loss(Compare(lesson, padding, options), options);
            sum += loss.Detach();
            (loss * (factor / lessons.Count)).Backward(freeIntermediates: true);
        }

        return sum / lessons.Count;
    }

    private static Tensor Loss(LayerTransfer layer, TransferOptions options)
    {
        Tensor loss = layer.Mse * options.MseFactor;
        return options.XentFactor == 0 ? loss : loss + (layer.Xent! * options.XentFactor);
    }

    private static (IReadOnlyList<Lesson> Lessons, Tensor Hidden) Teach(CausalLanguageModel model, Tensor tokens, Tensor? padding)
    {
        if (!model.Layers.Any(layer => layer.Attention is LinearizedSelfAttention))
        {
            throw new ArgumentException("Attention transfer needs a model with linearised layers.", nameof(model));
        }

        using NoGradientScope _ = new();
        ForwardContext context = ForwardContext.Inference;
        List<Lesson> lessons = [];
        Teacher teacher = new(new AttentionMask(Causal: true, KeyPadding: padding), lessons);
        return (lessons, model.Stack.Run(model.Embedding.Forward(tokens, context), teacher, context));
    }

    private static LayerTransfer Compare(Lesson lesson, Tensor? padding, TransferOptions options)
    {
        Tensor? kept = padding?.Affine(-1, 1);
        LinearizedSelfAttention layer = lesson.Layer;
        Tensor difference = layer.Attend(lesson.Packed, padding) - lesson.Heads;
        Shape each = new(difference.Shape[0], difference.Shape[1], 1, 1);
        Tensor? xent = null;
        if (options.XentFactor != 0 || options.MeasuresXent)
        {
            (Tensor query, Tensor key, Tensor _) = layer.Softmax.Split(lesson.Packed);
            Tensor taught = Detached(() => layer.Softmax.Weights(lesson.Packed, padding));
            Tensor logs = layer.Hybrid.Weights(query, key, padding).Clamp(SmallestWeight, float.PositiveInfinity).Log().LogSoftmax();
            xent = Average(-(taught * logs).Sum([-1]).Transpose(1, 2), kept?.Reshape(each.Without(3)));
        }

        Tensor? counted = kept?.Reshape(each);
        return new LayerTransfer(
            lesson.Index,
            Average(difference * difference, counted),
            Detached(() => Average(lesson.Heads * lesson.Heads, counted)),
            xent);
    }

    // Mean of a tensor that begins with [B, T] over what is counted there.
    private static Tensor Average(Tensor x, Tensor? counted)
    {
        if (counted is null)
        {
            return x.Mean();
        }

        float each = x.Count / (float)counted.Count;
        return (x * counted).Sum() / (counted.Sum() * each).Maximum(Tensor.Scalar(1, x.Device));
    }

    private static Tensor Detached(Func<Tensor> function)
    {
        using NoGradientScope _ = new();
        return function();
    }

    /// <summary>Softmax attention in every layer, which leaves a lesson for the linearised ones.</summary>
    private readonly struct Teacher(AttentionMask mask, List<Lesson> lessons) : ILayerAttention
    {
        public bool KeepsTensors => true;

        public Tensor Attend(int index, TransformerLayer layer, Tensor x)
        {
            if (layer.Attention is not LinearizedSelfAttention linearized)
            {
                return layer.Attention.Attend(x, mask, null, ForwardContext.Inference);
            }

            Tensor packed = linearized.Softmax.Project(x, default);
            Tensor heads = linearized.Softmax.AttendHeads(packed, mask, ForwardContext.Inference);
            lessons.Add(new Lesson(index, linearized, packed, heads));
            return linearized.Join(heads);
        }
    }

    private sealed record Lesson(int Index, LinearizedSelfAttention Layer, Tensor Packed, Tensor Heads);
}

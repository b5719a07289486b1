using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>
/// Mixed training (Elbayad et al., 2020, equation 4): tokens leave at given layers, and later layers see copies of the states they left
/// with, as in decoding: h^n_t = block_n(h^{n-1})_t where n is at most the exit of t, else h^{n-1}_t;
/// L_dec is the mean over M sequences of exits.
/// </summary>
internal static class MixedTraining
{
    /// <summary>The loss of a batch, with exits drawn uniformly for every token.</summary>
    /// <param name="model">A model with exits.</param>
    /// <param name="memory">The encoded sources.</param>
    /// <param name="previous">Int32 [B, T]</param>
    /// <param name="targets">Int32 [B, T]</param>
    /// <param name="context">Dropout, and the source of the exits; at inference every token runs all layers.</param>
    /// <param name="options">Smoothing; sums are computed whatever its reduction.</param>
    public static DepthLoss Compute(
        EncoderDecoderModel model, EncoderOutput memory, Tensor previous, Tensor targets, ForwardContext context,
        CrossEntropyOptions options)
    {
        int layers = model.Config.DecoderLayers;
        int[][] paths = [.. Enumerable.Range(0, context.IsTraining ? model.Config.Exits!.Paths : 1)
            .Select(_ => Draw(previous.Shape, layers, context))];
        return Compute(model, memory, previous, targets, paths, context, options);
    }

    /// <summary>The loss of a batch under given exits.</summary>
    /// <param name="model">A model with exits.</param>
    /// <param name="memory">The encoded sources.</param>
    /// <param name="previous">Int32 [B, T]</param>
    /// <param name="targets">Int32 [B, T]</param>
    /// <param name="paths">Sequences of exits, B T each, from 1; at padding any.</param>
    /// <param name="context">Dropout.</param>
    /// <param name="options">Smoothing.</param>
    public static DepthLoss Compute(
        EncoderDecoderModel model, EncoderOutput memory, Tensor previous, Tensor targets, IReadOnlyList<int[]> paths,
        ForwardContext context, CrossEntropyOptions options)
    {
        Tensor? total = null, nll = null;
        long count = 0;
        foreach (int[] exits in paths)
        {
            Tensor last = States(model.Decoder, memory, previous, exits, context)[^1];
            (Tensor loss, Tensor pathNll, count) = Loss(model.Decoder, last, targets, exits, options with { Sum = true });
            total = total is null ? loss : total + loss;
            nll = nll is null ? pathNll : nll + pathNll;
        }

        total = total! / paths.Count;
        return new DepthLoss(total, new CrossEntropyResult(total, nll! / paths.Count, count), []);
    }

    /// <summary>The states after every layer, with copies where a token has left.</summary>
    /// <param name="decoder">The decoder.</param>
    /// <param name="memory">The encoded sources.</param>
    /// <param name="previous">Int32 [B, T]</param>
    /// <param name="exits">B T exits, from 1.</param>
    /// <param name="context">Dropout.</param>
    /// <returns>N times [B, T, D].</returns>
    public static IReadOnlyList<Tensor> States(Decoder decoder, EncoderOutput memory, Tensor previous, int[] exits, ForwardContext context)
    {
        Tensor places = Tensor.From([.. exits.Select(exit => (float)exit)], new Shape(previous.Shape[0], previous.Shape[1], 1)),
            before = decoder.Embedding.Forward(previous, context);
        BlockAttention block = decoder.Block(previous, memory, context);
        List<Tensor> states = [];
        for (int layer = 0; layer < decoder.Layers.Count; layer++)
        {
            Tensor after = decoder.Stack.RunLayer(layer, before, block, context);
            before = places.GreaterOrEqualTo(Tensor.Scalar(layer + 1)).Select(after, before);
            states.Add(before);
        }

        return states;
    }

    // Tokens of the same exit share a classifier: one projection of every token in all.
    private static (Tensor Loss, Tensor NegativeLogLikelihood, long Count) Loss(Decoder decoder, Tensor last, Tensor targets, int[] exits,
        CrossEntropyOptions options)
    {
        Tensor rows = decoder.ExitState(last).Reshape(new Shape(exits.Length, last.Shape[-1]));
        int[] right = targets.ToInt32Array();
        Tensor? total = null, nll = null;
        long count = 0;
        IEnumerable<int> real = Enumerable.Range(0, exits.Length).Where(row => right[row] != options.IgnoredTarget);
        foreach (IGrouping<int, int> group in real.GroupBy(row => decoder.Exits is null ? 1 : exits[row]).OrderBy(group => group.Key))
        {
            int[] members = [.. group];
            Shape shape = new(members.Length);
            CrossEntropyResult result = rows.Embedding(Tensor.From(members, shape)).ProjectedCrossEntropy(
                decoder.Classifier(group.Key - 1), Tensor.From([.. members.Select(row => right[row])], shape), options);
            total = total is null ? result.Loss : total + result.Loss;
            nll = nll is null ? result.NegativeLogLikelihood : nll + result.NegativeLogLikelihood;
            count += result.Targets;
        }

        return (total ?? last.Sum() * 0, nll ?? Tensor.Scalar(0), count);
    }

    private static int[] Draw(Shape shape, int layers, ForwardContext context)
    {
        if (context.Random is null)
        {
            return [.. Enumerable.Repeat(layers, (int)shape.Count)];
        }

        float[] draws = Tensor.Uniform(shape, 0, layers, context.Random.NextKey(), Device.Cpu).ToArray();
        return [.. draws.Select(draw => Math.Min(layers, 1 + (int)draw))];
    }
}

using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
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
    /// <param name="count">M: sequences of exits.</param>
    /// <param name="model">A model with exits.</param>
    /// <param name="embed">Embeds the tokens, [B, T, D]; every sequence of exits is a pass of its own.</param>
    /// <param name="attention">What the layers attend to.</param>
    /// <param name="targets">Int32 [B, T]</param>
    /// <param name="options">Smoothing; sums are computed whatever its reduction.</param>
    /// <param name="context">Dropout, and the source of the exits; at inference every token runs all layers.</param>
    public static DepthLoss Compute(int count, IDecoderModel model, Func<Tensor> embed, BlockAttention attention, Tensor targets,
        CrossEntropyOptions options, ForwardContext context)
    {
        int layers = model.Stack.Layers.Count;
        int[][] paths = [.. Enumerable.Range(0, context.IsTraining ? count : 1).Select(_ => Draw(targets.Shape, layers, context))];
        return Compute(paths, model, embed, attention, targets, options, context);
    }

    /// <summary>The loss of a batch under given exits.</summary>
    /// <param name="paths">Sequences of exits, B T each, from 1; at padding any.</param>
    /// <param name="model">A model with exits.</param>
    /// <param name="embed">Embeds the tokens, [B, T, D]; every sequence of exits is a pass of its own.</param>
    /// <param name="attention">What the layers attend to.</param>
    /// <param name="targets">Int32 [B, T]</param>
    /// <param name="options">Smoothing.</param>
    /// <param name="context">Dropout.</param>
    public static DepthLoss Compute(IReadOnlyList<int[]> paths, IDecoderModel model, Func<Tensor> embed, BlockAttention attention,
        Tensor targets, CrossEntropyOptions options, ForwardContext context)
    {
        Tensor? total = null, nll = null;
        long count = 0;
        foreach (int[] exits in paths)
        {
            Tensor last = States(model.Stack, embed(), attention, exits, context)[^1];
            (Tensor loss, Tensor pathNll, count) = Loss(model, last, targets, exits, options with { Sum = true }, context);
            total = total is null ? loss : total + loss;
            nll = nll is null ? pathNll : nll + pathNll;
        }

        total = total! / paths.Count;
        return new DepthLoss(total, new CrossEntropyResult(total, nll! / paths.Count, count), []);
    }

    /// <summary>The states after every layer, with copies where a token has left.</summary>
    /// <param name="stack">The layers.</param>
    /// <param name="x">Embedded tokens, [B, T, D].</param>
    /// <param name="attention">What the layers attend to.</param>
    /// <param name="exits">B T exits, from 1.</param>
    /// <param name="context">Dropout.</param>
    /// <returns>N times [B, T, D].</returns>
    public static IReadOnlyList<Tensor> States(
        LayerStack stack, Tensor x, BlockAttention attention, int[] exits, ForwardContext context)
    {
        Tensor places = Tensor.From([.. exits.Select(exit => (float)exit)], new Shape(x.Shape[0], x.Shape[1], 1));
        List<Tensor> states = [];
        for (int layer = 0; layer < stack.Layers.Count; layer++)
        {
            Tensor after = stack.RunLayer(layer, x, attention, context);
            x = places.GreaterOrEqualTo(Tensor.Scalar(layer + 1)).Select(after, x);
            states.Add(x);
        }

        return states;
    }

    // Tokens of the same exit share a classifier: one projection of every token in all.
    private static (Tensor Loss, Tensor NegativeLogLikelihood, long Count) Loss(
        IDecoderModel model, Tensor last, Tensor targets, int[] exits, CrossEntropyOptions options, ForwardContext context)
    {
        Tensor hidden = model.Head(ExitStates.Normed(model.Stack, last), context);
        Tensor rows = hidden.Reshape(new Shape(exits.Length, hidden.Shape[-1]));
        int[] right = targets.ToInt32Array();
        Tensor? total = null, nll = null;
        long count = 0;
        IEnumerable<int> real = Enumerable.Range(0, exits.Length).Where(row => right[row] != options.IgnoredTarget);
        foreach (IGrouping<int, int> group in real.GroupBy(row => model.HasExitProjections ? exits[row] : 1).OrderBy(group => group.Key))
        {
            int[] members = [.. group];
            Shape shape = new(members.Length);
            CrossEntropyResult result = model.Loss(group.Key - 1, rows.Embedding(Tensor.From(members, shape)),
                Tensor.From([.. members.Select(row => right[row])], shape), options, context);
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

using System.Runtime.InteropServices;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>
/// Aligned training (Elbayad et al., 2020, equation 3): every exit predicts from states that ran all layers below it, L_dec = sum_n omega_n
/// L_n / sum_n omega_n; and the exit classifier's loss L_exit = -sum log q(exit*), where exit* is the oracle's.
/// </summary>
internal static class AlignedTraining
{
    /// <summary>The losses of a batch.</summary>
    /// <param name="model">A model with exits.</param>
    /// <param name="memory">The encoded sources.</param>
    /// <param name="previous">Int32 [B, T]</param>
    /// <param name="targets">Int32 [B, T]</param>
    /// <param name="context">Dropout.</param>
    /// <param name="options">Smoothing; sums are computed whatever its reduction.</param>
    /// <param name="withExits">Whether the exit classifier is trained too.</param>
    public static DepthLoss Compute(
        EncoderDecoderModel model, EncoderOutput memory, Tensor previous, Tensor targets, ForwardContext context,
        CrossEntropyOptions options, bool withExits)
    {
        DepthConfig config = model.Config.Exits!;
        IReadOnlyList<float>? gamma = config.Gamma;
        int layers = model.Config.DecoderLayers;
        IReadOnlyList<Tensor> states = model.Decoder.States(
            previous, memory, context, (layer, x) => gamma is null || layer + 1 == layers ? x : x.ScaleGradient(1 / gamma[layer + 1]));

        return Compute(
            config, states, (layer, state, summed) =>
                model.Decoder.ExitState(state).ProjectedCrossEntropy(model.Decoder.Classifier(layer), targets, summed), targets, options,
            withExits ? () => model.Halting!.LogProbabilities(memory, states) : null);
    }

    /// <summary>The losses of a batch of a language model.</summary>
    /// <param name="model">A model with exits.</param>
    /// <param name="tokens">Int32 [B, T]</param>
    /// <param name="targets">Int32 [B, T]</param>
    /// <param name="context">Dropout.</param>
    /// <param name="options">Smoothing; sums are computed whatever its reduction.</param>
    public static DepthLoss Compute(CausalLanguageModel model, Tensor tokens, Tensor targets, ForwardContext context,
        CrossEntropyOptions options)
    {
        IReadOnlyList<Tensor> states = model.States(tokens, context);
        return Compute(
            model.Config.Exits!, states,
            (_, state, summed) => model.Score(context.Dropout(model.ExitState(state), model.Config.OutputDropout), targets, summed),
            targets, options, model.Config.Exits!.Alpha > 0 ? () => model.Halting!.LogProbabilities(null, states) : null);
    }

    // The score of a layer's states, and log q where the exit classifier is trained too.
    private static DepthLoss Compute(
        DepthConfig config, IReadOnlyList<Tensor> states, Func<int, Tensor, CrossEntropyOptions, CrossEntropyResult> score, Tensor targets,
        CrossEntropyOptions options, Func<Tensor>? logProbabilities)
    {
        // One projected loss per exit: no exit's logits are kept.
        int layers = states.Count;
        bool withExits = logProbabilities is not null;
        Tensor? total = null;
        List<Tensor> likelihoods = [];
        List<CrossEntropyResult> scored = [];
        CrossEntropyResult deepest = default;
        float weights = config.Omega?.Sum() ?? layers;
        for (int layer = 0; layer < layers; layer++)
        {
            deepest = score(layer, states[layer], options with { Sum = true, Rows = withExits });
            Tensor loss = deepest.Loss.ScaleGradient(config.Gamma?[layer] ?? 1) * ((config.Omega?[layer] ?? 1) / weights);
            total = total is null ? loss : total + loss;
            likelihoods.Add(deepest.NegativeLogLikelihood * -1);
            scored.Add(deepest);
        }

        DepthLoss result = new(total!, deepest, likelihoods);
        return logProbabilities is null ? result : WithExits(result, config, logProbabilities(), targets, options.IgnoredTarget, scored);
    }

    /// <summary>-log q of the exits, summed up; exits of 0 do not count.</summary>
    /// <param name="logProbabilities">log q, [..., N].</param>
    /// <param name="exits">One per row, from 1, or 0.</param>
    public static Tensor ExitLoss(Tensor logProbabilities, ReadOnlySpan<int> exits)
    {
        int layers = logProbabilities.Shape[-1];
        int[] places = new int[exits.Length];
        float[] counts = new float[exits.Length];
        for (int i = 0; i < exits.Length; i++)
        {
            (places[i], counts[i]) = exits[i] == 0 ? (0, 0) : (exits[i] - 1, -1);
        }

        Shape column = new(exits.Length, 1);
        return logProbabilities.Reshape(new Shape(exits.Length, layers)).Gather(-1, Tensor.From(places, column))
            .Multiply(Tensor.From(counts, column)).Sum();
    }

    // What the oracle judges an exit by: log p(target), or whether the likeliest token is the target. No gradient flows through it.
    private static IEnumerable<float> Judge(CrossEntropyResult result, Tensor targets, ExitOracleKind kind) =>
        kind == ExitOracleKind.Likelihood
            ? result.RowLosses!.ToArray().Select(loss => -loss)
            : result.RowClasses!.ToInt32Array().Zip(targets.ToInt32Array(), (best, target) => best == target ? 1f : 0f);

    private static DepthLoss WithExits(
        DepthLoss result, DepthConfig config, Tensor logProbabilities, Tensor targets, int? ignored, List<CrossEntropyResult> scored)
    {
        Tensor.Fetch([.. scored.Select(exit => config.Oracle == ExitOracleKind.Likelihood ? exit.RowLosses! : exit.RowClasses!)]);
        List<float> predictions = [.. scored.SelectMany(exit => Judge(exit, targets, config.Oracle))];
        int layers = result.LogLikelihoods.Count;
        bool perToken = config.Halting != HaltingKind.Sequence;
        bool[] real = [.. targets.ToInt32Array().Select(target => target != ignored)];
        double[] scores = ExitOracle.Scores(
            CollectionsMarshal.AsSpan(predictions), real, layers, targets.Shape[0], perToken, config.Sigma, config.Lambda);
        int[] exits = ExitOracle.Choose(scores, layers, perToken ? real : []);
        return result with { Exit = ExitLoss(logProbabilities, exits), LogProbabilities = logProbabilities, Exits = exits };
    }
}

using System.Runtime.InteropServices;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Modules.Layers;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>
/// Aligned training (Elbayad et al., 2020, equation 3): every exit predicts from states that ran all layers below it, L_dec = sum_n omega_n
/// L_n / sum_n omega_n; and the exit classifier's loss L_exit = -sum log q(exit*), where exit* is the oracle's.
/// </summary>
internal static class AlignedTraining
{
    /// <summary>The losses of a batch.</summary>
    /// <param name="config">Weights of the exits, gradient scaling, oracle.</param>
    /// <param name="halting">The exit classifier, to be trained too; null for none.</param>
    /// <param name="model">A model with exits.</param>
    /// <param name="x">Embedded tokens, [B, T, D].</param>
    /// <param name="attention">What the layers attend to.</param>
    /// <param name="targets">Int32 [B, T]</param>
    /// <param name="options">Smoothing; sums are computed whatever its reduction.</param>
    /// <param name="context">Dropout.</param>
    public static DepthLoss Compute(
        DepthConfig config, HaltingClassifier? halting, IDecoderModel model, Tensor x, BlockAttention attention, Tensor targets,
        CrossEntropyOptions options, ForwardContext context)
    {
        int layers = model.Stack.Layers.Count;
        IReadOnlyList<Tensor> states = ExitStates.Of(model.Stack, x, attention, context, config.Gamma is not { } gamma
            ? null
            : (layer, state) => layer + 1 == layers ? state : state.ScaleGradient(1 / gamma[layer + 1]));

        // One projected loss per exit: no exit's logits are kept.
        bool withExits = halting is not null;
        Tensor? total = null;
        List<Tensor> likelihoods = [];
        List<CrossEntropyResult> scored = [];
        CrossEntropyResult deepest = default;
        float weights = config.Omega?.Sum() ?? layers;
        for (int layer = 0; layer < layers; layer++)
        {
            Tensor hidden = model.Head(ExitStates.Normed(model.Stack, states[layer]), context);
            deepest = model.Loss(layer, hidden, targets, options with { Sum = true, Rows = withExits }, context);
            Tensor loss = deepest.Loss.ScaleGradient(config.Gamma?[layer] ?? 1) * ((config.Omega?[layer] ?? 1) / weights);
            total = total is null ? loss : total + loss;
            likelihoods.Add(deepest.NegativeLogLikelihood * -1);
            scored.Add(deepest);
        }

        DepthLoss result = new(total!, deepest, likelihoods);
        return halting is null
            ? result
            : WithExits(result, config, halting.LogProbabilities(attention.Memory, attention.MemoryPadding, states, context),
                targets, options.IgnoredTarget, scored);
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

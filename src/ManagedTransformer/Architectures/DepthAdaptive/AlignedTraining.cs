using System.Runtime.InteropServices;
using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>
/// Aligned training (Elbayad et al., 2020, equation 3): every exit predicts from states that ran all layers below it, L_dec = sum_n omega_n L_n / sum_n omega_n; and
/// the exit classifier's loss L_exit = -sum log q(exit*), where exit* is the oracle's.
/// </summary>
internal static class AlignedTraining
{
    /// <summary>The losses of a batch.</summary>
    /// <param name="model">A model with exits.</param><param name="memory">The encoded sources.</param><param name="previous">Int32 [B, T]</param><param name="targets">Int32 [B, T]</param>
    /// <param name="context">Dropout.</param><param name="options">Smoothing; sums are computed whatever its reduction.</param><param name="withExits">Whether the exit classifier is trained too.</param>
    public static DepthLoss Compute(
        EncoderDecoderModel model, EncoderOutput memory, Tensor previous, Tensor targets, ForwardContext context, CrossEntropyOptions options, bool withExits)
    {
        DepthConfig config = model.Config.Exits!;
        IReadOnlyList<float>? gamma = config.Gamma;
        int layers = model.Config.DecoderLayers;
        IReadOnlyList<Tensor> states = model.Decoder.States(
            previous, memory, context, (layer, x) => gamma is null || layer + 1 == layers ? x : x.ScaleGradient(1 / gamma[layer + 1]));

        // One projected loss per exit: no exit's logits are kept.
        Tensor? total = null;
        List<Tensor> likelihoods = [];
        List<float> predictions = [];
        CrossEntropyResult deepest = default;
        float weights = config.Omega?.Sum() ?? layers;
        for (int layer = 0; layer < layers; layer++)
        {
            deepest = model.Decoder.ExitState(states[layer]).ProjectedCrossEntropy(model.Decoder.Classifier(layer), targets, options with { Sum = true, Rows = withExits });
            Tensor loss = deepest.Loss.ScaleGradient(gamma?[layer] ?? 1) * ((config.Omega?[layer] ?? 1) / weights);
            total = total is null ? loss : total + loss;
            likelihoods.Add(deepest.NegativeLogLikelihood * -1);
            if (withExits)
            {
                predictions.AddRange(Judge(deepest, targets, config.Oracle));
            }
        }

        DepthLoss result = new(total!, deepest, likelihoods);
        return withExits ? WithExits(result, model, memory, states, targets, options.IgnoredTarget, predictions) : result;
    }

    /// <summary>-log q of the exits, summed up; exits of 0 do not count.</summary>
    /// <param name="logProbabilities">log q, [..., N].</param><param name="exits">One per row, from 1, or 0.</param>
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
        return logProbabilities.Reshape(new Shape(exits.Length, layers)).Gather(-1, Tensor.From(places, column)).Multiply(Tensor.From(counts, column)).Sum();
    }

    // What the oracle judges an exit by: log p(target), or whether the likeliest token is the target. No gradient flows through it.
    private static IEnumerable<float> Judge(CrossEntropyResult result, Tensor targets, ExitOracleKind kind) => kind == ExitOracleKind.Likelihood
        ? result.RowLosses!.ToArray().Select(loss => -loss)
        : result.RowClasses!.ToInt32Array().Zip(targets.ToInt32Array(), (best, target) => best == target ? 1f : 0f);

    private static DepthLoss WithExits(
        DepthLoss result, EncoderDecoderModel model, EncoderOutput memory, IReadOnlyList<Tensor> states, Tensor targets, int? ignored, List<float> predictions)
    {
        DepthConfig config = model.Config.Exits!;
        bool perToken = config.Halting != HaltingKind.Sequence;
        bool[] real = [.. targets.ToInt32Array().Select(target => target != ignored)];
        double[] scores = ExitOracle.Scores(
            CollectionsMarshal.AsSpan(predictions), real, states.Count, targets.Shape[0], perToken, config.Sigma, config.Lambda);
        int[] exits = ExitOracle.Choose(scores, states.Count, perToken ? real : []);
        Tensor logProbabilities = model.Halting!.LogProbabilities(memory, states);
        return result with { Exit = ExitLoss(logProbabilities, exits), LogProbabilities = logProbabilities, Exits = exits };
    }
}

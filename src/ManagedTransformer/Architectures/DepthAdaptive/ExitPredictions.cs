using ManagedTransformer.Architectures.EncoderDecoder;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>How well every exit predicts every target, without gradient: what oracles judge by.</summary>
internal static class ExitPredictions
{
    // Logits of so many elements at a time.
    private const int BlockElements = 1 << 20, FewestRows = 16;

    /// <summary>log p(target | h_n), or whether the target is the most probable token (1 or 0).</summary>
    /// <param name="decoder">Owns the classifiers.</param><param name="states">The states after every layer, [B, T, D] each.</param>
    /// <param name="targets">Int32 [B, T]</param><param name="kind">Which of the two.</param>
    /// <returns>[N, B, T]</returns>
    public static float[] Compute(Decoder decoder, IReadOnlyList<Tensor> states, Tensor targets, ExitOracleKind kind)
    {
        using NoGradientScope _ = new();
        int rows = checked((int)targets.Count);
        float[] values = new float[states.Count * rows];
        int[] right = targets.ToInt32Array();
        for (int layer = 0; layer < states.Count; layer++)
        {
            Tensor hidden = decoder.ExitState(states[layer].Detach()), weight = decoder.Classifier(layer);
            Span<float> own = values.AsSpan(layer * rows, rows);
            if (kind == ExitOracleKind.Likelihood)
            {
                (-hidden.ProjectedNegativeLogLikelihood(weight, targets)).CopyTo(own);
            }
            else
            {
                Compare(hidden.Reshape(new Shape(rows, hidden.Shape[-1])), weight, right, own);
            }
        }

        return values;
    }

    private static void Compare(Tensor hidden, Tensor weight, int[] targets, Span<float> correct)
    {
        int block = Math.Max(FewestRows, BlockElements / weight.Shape[0]);
        for (int start = 0; start < targets.Length; start += block)
        {
            int count = Math.Min(block, targets.Length - start);
            int[] best = hidden.Slice(0, start, count).Linear(weight).ArgMax().ToInt32Array();
            for (int i = 0; i < count; i++)
            {
                correct[start + i] = best[i] == targets[start + i] ? 1 : 0;
            }
        }
    }
}

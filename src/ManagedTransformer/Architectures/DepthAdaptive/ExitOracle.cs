namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>
/// The right exits of a batch, given how well every exit predicts every token (Elbayad et al., 2020, section 3): per sentence argmax_n
/// (sum_t X[n,t] - lambda n), per token argmax_n (X~[n,t] - lambda n) with X~[n,t] = sum_u exp(-(t-u)^2 / sigma) X[n,u] over the sentence's
/// tokens u; X is the log-likelihood or the correctness.
/// </summary>
internal static class ExitOracle
{
    /// <summary>Scores of every exit, penalty included.</summary>
    /// <param name="values">X, [N, B, T].</param>
    /// <param name="real">[B, T]: where there is a token and not padding.</param>
    /// <param name="layers">N.</param>
    /// <param name="sentences">B.</param>
    /// <param name="perToken">Per token or per sentence.</param>
    /// <param name="sigma">Smoothing of the scores per token; 0 for none.</param>
    /// <param name="lambda">Cost of a layer.</param>
    /// <returns>[B, T, N], of no meaning at padding, or [B, N].</returns>
    public static double[] Scores(ReadOnlySpan<float> values, ReadOnlySpan<bool> real, int layers, int sentences, bool perToken,
        double sigma, double lambda)
    {
        int length = real.Length / sentences, rows = perToken ? real.Length : sentences;
        double[] scores = new double[rows * layers];
        for (int row = 0; row < rows; row++)
        {
            int sentence = perToken ? row / length : row;
            for (int layer = 0; layer < layers; layer++)
            {
                double sum = 0;
                for (int place = sentence * length; place < (sentence + 1) * length; place++)
                {
                    sum += real[place] ? Weight(row, place) * values[(layer * real.Length) + place] : 0;
                }

                scores[(row * layers) + layer] = sum - (lambda * (layer + 1));
            }
        }

        return scores;

        double Weight(int row, int place)
        {
            double distance = row - place;
            return !perToken ? 1 : sigma > 0 ? Math.Exp(-distance * distance / sigma) : distance == 0 ? 1 : 0;
        }
    }

    /// <summary>The best exit of every row, from 1, the lowest of equals; 0 at padding.</summary>
    /// <param name="scores">[rows, N]</param>
    /// <param name="layers">N.</param>
    /// <param name="real">Whether a row is a token; empty where all rows count.</param>
    public static int[] Choose(ReadOnlySpan<double> scores, int layers, ReadOnlySpan<bool> real)
    {
        int[] exits = new int[scores.Length / layers];
        for (int row = 0; row < exits.Length; row++)
        {
            if (!real.IsEmpty && !real[row])
            {
                continue;
            }

            ReadOnlySpan<double> own = scores.Slice(row * layers, layers);
            int best = 0;
            for (int layer = 1; layer < layers; layer++)
            {
                best = own[layer] > own[best] ? layer : best;
            }

            exits[row] = best + 1;
        }

        return exits;
    }
}

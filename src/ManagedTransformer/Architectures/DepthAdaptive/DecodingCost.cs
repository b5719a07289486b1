namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>
/// Operations of a decoder that tokens leave early, one multiply-add counted as two (Elbayad et al., 2020, appendix B): per layer that is
/// run 12 d^2 + 4 f d + 4 t d + 4 s d, and 4 s d e more when it is the layer's first token of the sentence; 4 d^2 per layer that is
/// skipped; and the classifiers. Biases, norms, softmax and residual sums are left out.
/// </summary>
/// <param name="Layers">N.</param>
/// <param name="EncoderDim">e.</param>
/// <param name="DecoderDim">d.</param>
/// <param name="FeedForward">f.</param>
/// <param name="Vocabulary">V.</param>
/// <param name="Rule">How exits are chosen: what that costs.</param>
internal sealed record DecodingCost(int Layers, int EncoderDim, int DecoderDim, int FeedForward, int Vocabulary, ExitRule Rule)
{
    /// <summary>Operations of every token of a sentence.</summary>
    /// <param name="sourceLength">s: tokens of the source.</param>
    /// <param name="exits">The exit of every target token, from 1.</param>
    public long[] PerToken(int sourceLength, ReadOnlySpan<int> exits)
    {
        long d = DecoderDim, s = sourceLength, run = (12 * d * d) + (4L * FeedForward * d) + (4 * s * d), first = 4 * s * d * EncoderDim;
        long[] costs = new long[exits.Length];
        int deepest = 0;
        for (int i = 0; i < exits.Length; i++)
        {
            int exit = exits[i];
            long step = i + 1;
            costs[i] = (exit * (run + (4 * step * d))) + (Math.Max(0, exit - deepest) * first) + ((Layers - exit) * 4 * d * d)
                + Choice(exit, i == 0);
            deepest = Math.Max(deepest, exit);
        }

        return costs;
    }

    // The choice of the exit and the projection to the vocabulary; confidence is read off the projections of all layers visited but those
    // that no token can leave.
    private long Choice(int exit, bool isFirst)
    {
        long d = DecoderDim, projection = 2L * Vocabulary * d;
        return Rule.Kind switch
        {
            HaltingKind.Sequence => projection + (isFirst ? 2 * Layers * d : 0),
            HaltingKind.Multinomial => projection + (2 * Layers * d),
            HaltingKind.Geometric => projection + (2 * d * exit),
            HaltingKind.Confidence => Enumerable.Range(1, exit).Count(layer => Rule.ReadsScores(layer, Layers)) * projection,
            _ => projection,
        };
    }
}

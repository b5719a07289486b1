namespace ManagedTransformer.Tensors.Kernels;

/// <summary>Fused attention that never holds a whole [QueryLength, KeyLength] matrix.</summary>
internal interface IAttentionKernels
{
    /// <summary>Writes Y and, unless absent, Maxima and Sums.</summary>
    void Attention(in AttentionProblem problem);

    /// <summary>Writes what <see cref="Attention"/> writes of each problem, with the same bits.</summary>
    void AttentionEach(ReadOnlySpan<AttentionProblem> problems)
    {
        foreach (ref readonly AttentionProblem problem in problems)
        {
            Attention(problem);
        }
    }

    /// <summary>Writes DQ, DK and DV, rebuilding the weights tile by tile.</summary>
    void AttentionGradient(in AttentionGradientProblem problem);

    /// <summary>Writes Y, Maxima, Sums, Normalizers, Weights and PersistentWeights, as far as they are there.</summary>
    void SpanAttention(in SpanAttentionProblem problem);

    /// <summary>Writes every gradient, rebuilding the weights tile by tile.</summary>
    void SpanAttentionGradient(in SpanAttentionGradientProblem problem);

    /// <summary>Writes Y and, unless absent, the final state and Denominators.</summary>
    void LinearAttention(in LinearAttentionProblem problem);

    /// <summary>Writes every gradient, computing states anew.</summary>
    void LinearAttentionGradient(in LinearAttentionGradientProblem problem);

    /// <summary>Writes Y.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A position outside 0 .. TableRows-1.</exception>
    void Rotate(in RotaryProblem problem);
}

namespace ManagedTransformer.Tensors;

/// <summary>Choices of cross-entropy: what counts, and how.</summary>
public sealed record CrossEntropyOptions
{
    /// <summary>Rows with this target are left out; null: none.</summary>
    public int? IgnoredTarget { get; init; }

    /// <summary>Mass taken from the target, 0 .. 1 (exclusive).</summary>
    public float Smoothing { get; init; }

    /// <summary>Classes that get that mass.</summary>
    public LabelSmoothing Mode { get; init; }

    /// <summary>True: the losses are added up; false: they are averaged over the rows that count.</summary>
    public bool Sum { get; init; }

    /// <summary>
    /// Asks the form fused with the projection to return also what each row predicts: its negative log-likelihood and its likeliest class.
    /// </summary>
    public bool Rows { get; init; }

    /// <summary>
    /// The same loss as targetWeight * nll + classWeight * (sum over all classes of -ln p), for a number of classes V: spread_others gives
    /// (1 - epsilon - e, e) with e = epsilon / (V - 1); spread_all gives (1 - epsilon, epsilon / V).
    /// </summary>
    internal (float Target, float Class) Weights(int classes)
    {
        if (Smoothing is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(classes), $"Label smoothing of {Smoothing} is not in [0, 1).");
        }

        if (Smoothing == 0)
        {
            return (1, 0);
        }

        float share = Mode == LabelSmoothing.SpreadOthers ? Smoothing / (classes - 1) : Smoothing / classes;
        return (Mode == LabelSmoothing.SpreadOthers ? 1 - Smoothing - share : 1 - Smoothing, share);
    }
}

namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>At which layer tokens leave the decoder when text is generated.</summary>
public sealed record ExitRule
{
    /// <summary>How it is decided. Sequence, multinomial and geometric need a model with that classifier.</summary>
    public HaltingKind Kind { get; init; }

    /// <summary>The layer of fixed halting, from 1.</summary>
    public int FixedExit { get; init; }

    /// <summary>tau_n of geometric-like and confidence halting: one per layer but the last, or one for all; null: 0.5.</summary>
    public IReadOnlyList<float>? Thresholds { get; init; }

    /// <summary>The same seed draws the same uniform exits.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>tau of a layer.</summary>
    /// <param name="layer">From 1.</param>
    public float Threshold(int layer) => Thresholds is null ? 0.5f : Thresholds[Thresholds.Count == 1 ? 0 : layer - 1];

    /// <summary>Checks every value.</summary>
    /// <param name="layers">N, the number of layers.</param><param name="where">Named in the error.</param>
    /// <exception cref="InputException">A value out of its range.</exception>
    public void Validate(int layers, string where)
    {
        if (Kind == HaltingKind.Fixed && (FixedExit < 1 || FixedExit > layers))
        {
            throw new InputException($"{where}: fixed halting at layer {FixedExit} (fixed_exit), it must be from 1 to {layers}.");
        }

        if (Thresholds is not null && (!(Thresholds.Count == 1 || Thresholds.Count == layers - 1) || !Thresholds.All(value => value is >= 0 and <= 1)))
        {
            throw new InputException($"{where}: {Thresholds.Count} thresholds, one for all or {layers - 1}, one per layer but the last, are needed, each from 0 to 1.");
        }
    }
}

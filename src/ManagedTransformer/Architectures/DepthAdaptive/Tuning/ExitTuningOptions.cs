using ManagedTransformer.Generation;

namespace ManagedTransformer.Architectures.DepthAdaptive.Tuning;

/// <summary>How exit thresholds are searched.</summary>
public sealed record ExitTuningOptions
{
    /// <summary>
    /// <c>SOURCE_FILE,TARGET_FILE</c>, a TSV, or <c>builtin:translation</c>; null: the validation part of what the model was trained on.
    /// </summary>
    public string? Data { get; init; }

    /// <summary>Pairs to search on, the first ones; 0: all.</summary>
    public int Sentences { get; init; }

    /// <summary>
    /// <see cref="HaltingKind.Confidence"/> or <see cref="HaltingKind.Geometric"/>; null: geometric for models with that classifier,
    /// else confidence.
    /// </summary>
    public HaltingKind? Kind { get; init; }

    /// <summary>Values of a threshold common to all layers that are tried first, k / (Grid + 1) for k = 1 .. Grid.</summary>
    public int Grid { get; init; } = 19;

    /// <summary>
    /// Thresholds that are tried then, each layer's drawn uniformly from (0, 1); none for models with two layers, which have one threshold.
    /// </summary>
    public int Draws { get; init; } = 100;

    /// <summary>The seed of the draws.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Width of the bins of the average exit, of each of which the thresholds with the highest BLEU are kept.</summary>
    public double BinWidth { get; init; } = 0.25;

    /// <summary>BLEU that the chosen thresholds may lose against full depth.</summary>
    public double MaxLoss { get; init; } = 0.5;

    /// <summary>How to translate; default: greedily, for speed. Its exits are ignored.</summary>
    public TranslationOptions Translation { get; init; } = new() { Search = new BeamSearchOptions { Beam = 1 } };

    /// <summary>Checks every value.</summary>
    /// <exception cref="InputException">A value out of its range.</exception>
    public void Validate()
    {
        Require(Sentences >= 0, $"The number of sentences ({Sentences}) must not be negative.");
        Require(Kind is null or HaltingKind.Confidence or HaltingKind.Geometric,
            $"Only confidence and geometric exits have thresholds, not '{Kind}'.");
        Require(Grid >= 1, $"The grid needs at least one value, not {Grid}.");
        Require(Draws >= 0, $"The number of draws ({Draws}) must not be negative.");
        Require(double.IsFinite(BinWidth) && BinWidth > 0, $"The width of the bins ({BinWidth}) must be a positive number.");
        Require(double.IsFinite(MaxLoss) && MaxLoss >= 0, $"The BLEU that may be lost ({MaxLoss}) must be 0 or a positive number.");
        Translation.Validate();
    }

    private static void Require(bool condition, FormattableString message)
    {
        if (!condition)
        {
            throw new InputException(FormattableString.Invariant(message));
        }
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ManagedTransformer.Json;
using ManagedTransformer.Modules.Decoding;

namespace ManagedTransformer.Architectures.DepthAdaptive;

/// <summary>At which layer tokens leave the decoder when text is generated.</summary>
public sealed record ExitRule : DepthRule
{
    /// <summary>How it is decided. Sequence, multinomial and geometric need a model with that classifier.</summary>
    public HaltingKind Kind { get; init; }

    /// <inheritdoc/>
    public override bool IsFull => Kind == HaltingKind.None;

    /// <summary>The layer of fixed halting, from 1.</summary>
    public int FixedExit { get; init; }

    /// <summary>tau_n of geometric-like and confidence halting: one per layer but the last, or one for all; null: 0.5.</summary>
    public IReadOnlyList<float>? Thresholds { get; init; }

    /// <summary>The same seed draws the same uniform exits.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>tau of a layer.</summary>
    /// <param name="layer">From 1.</param>
    public float Threshold(int layer) => Thresholds is null ? 0.5f : Thresholds[Thresholds.Count == 1 ? 0 : layer - 1];

    /// <summary>
    /// Whether the scores of a layer's exit are needed to decide: of confidence, at the last layer and where a probability can exceed the
    /// threshold.
    /// </summary>
    /// <param name="layer">From 1.</param>
    /// <param name="layers">N, the number of layers.</param>
    public bool ReadsScores(int layer, int layers) => Kind == HaltingKind.Confidence && (layer == layers || Threshold(layer) < 1);

    /// <summary>
    /// Reads what <see cref="ToString"/> writes: <c>full</c> (all layers), <c>fixed:3</c>, <c>uniform</c> or <c>uniform:SEED</c>,
    /// <c>sequence</c>, <c>multinomial</c>, and <c>confidence</c> or <c>geometric</c>, each alone (thresholds 0.5), with one threshold
    /// (<c>confidence:0.7</c>) or one per layer but the last (<c>confidence:0.9,0.8,0.6</c>).
    /// </summary>
    /// <param name="text">The rule.</param>
    /// <param name="rule">What was read.</param>
    /// <returns>Whether the text is a rule; whether it fits a model is not known here.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out ExitRule? rule)
    {
        ArgumentNullException.ThrowIfNull(text);
        int colon = text.IndexOf(':', StringComparison.Ordinal);
        (string name, string? value) = colon < 0 ? (text, null) : (text[..colon], text[(colon + 1)..]);
        rule = (name, value) switch
        {
            ("full", null) => new ExitRule(),
            ("fixed", not null) when int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out int layer) =>
                new ExitRule { Kind = HaltingKind.Fixed, FixedExit = layer },
            ("uniform", null) => new ExitRule { Kind = HaltingKind.Uniform },
            ("uniform", not null) when ulong.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out ulong seed) =>
                new ExitRule { Kind = HaltingKind.Uniform, Seed = seed },
            ("sequence", null) => new ExitRule { Kind = HaltingKind.Sequence },
            ("multinomial", null) => new ExitRule { Kind = HaltingKind.Multinomial },
            ("geometric" or "confidence", null) => new ExitRule { Kind = Stopping(name) },
            ("geometric" or "confidence", not null) when ParseThresholds(value) is { } thresholds =>
                new ExitRule { Kind = Stopping(name), Thresholds = thresholds },
            _ => null,
        };
        return rule is not null;
    }

    /// <summary>The rule as <see cref="TryParse"/> reads it.</summary>
    public override string ToString() => Kind switch
    {
        HaltingKind.None => "full",
        HaltingKind.Fixed => $"fixed:{FixedExit}",
        HaltingKind.Uniform => Seed == 1 ? "uniform" : $"uniform:{Seed}",
        HaltingKind.Geometric or HaltingKind.Confidence when Thresholds is not null =>
            $"{Name}:{string.Join(',', Thresholds.Select(threshold => threshold.ToString(CultureInfo.InvariantCulture)))}",
        _ => Name,
    };

    private string Name => Kind.JsonName();

    private static HaltingKind Stopping(string name) => name == "geometric" ? HaltingKind.Geometric : HaltingKind.Confidence;

    private static float[]? ParseThresholds(string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        float[] values = new float[parts.Length];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!float.TryParse(parts[i], NumberStyles.Float, CultureInfo.InvariantCulture, out values[i])
                || values[i] is not (>= 0 and <= 1))
            {
                return null;
            }
        }

        return values;
    }

    /// <summary>Checks every value.</summary>
    /// <param name="layers">N, the number of layers.</param>
    /// <param name="where">Named in the error.</param>
    /// <exception cref="InputException">A value out of its range.</exception>
    public void Validate(int layers, string where)
    {
        if (Kind == HaltingKind.Fixed && (FixedExit < 1 || FixedExit > layers))
        {
            throw new InputException($"{where}: the fixed exit is layer {FixedExit} (fixed_exit), it must be from 1 to {layers}.");
        }

        if (Thresholds is not null
            && (!(Thresholds.Count == 1 || Thresholds.Count == layers - 1) || !Thresholds.All(value => value is >= 0 and <= 1)))
        {
            throw new InputException(
                $"{where}: thresholds [{string.Join(", ", Thresholds)}] must be one for all or {layers - 1}, one per layer but the last, "
                + "each from 0 to 1.");
        }
    }
}

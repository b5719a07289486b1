using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Architectures.Llama;

/// <summary>
/// How the frequencies f of rotary positions are changed: the <c>scaling</c> object of <see cref="RotaryConfig"/>. Linear: f / s. Llama3,
/// with the wavelength w = 2 pi / f: f where w &lt; O / b, f / s where w &gt; O / a, and between them (1 - m) f / s + m f with
/// m = (O / w - a) / (b - a).
/// </summary>
public sealed record RotaryScaling
{
    /// <summary>Which frequencies are changed.</summary>
    public required RotaryScalingKind Type { get; init; }

    /// <summary>s, at least 1.</summary>
    public required double Factor { get; init; }

    /// <summary>a of llama3.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double LowFreqFactor { get; init; }

    /// <summary>b of llama3, above a.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double HighFreqFactor { get; init; }

    /// <summary>O of llama3: the positions of the first training.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int OriginalPositions { get; init; }

    internal void Validate(OptionChecks checks)
    {
        bool isLlama3 = Type == RotaryScalingKind.Llama3;
        checks.Require(
            Factor >= 1 && double.IsFinite(Factor), $"rotary.scaling.factor is {Factor}, it must be a finite number of at least 1.");
        checks.Require(
            isLlama3 || (LowFreqFactor == 0 && HighFreqFactor == 0 && OriginalPositions == 0),
            "rotary.scaling of type 'linear' has a factor only.");
        checks.Require(
            !isLlama3 || (LowFreqFactor > 0 && HighFreqFactor > LowFreqFactor && double.IsFinite(HighFreqFactor)),
            $"rotary.scaling needs low_freq_factor ({LowFreqFactor}) above 0 and high_freq_factor ({HighFreqFactor}) above that.");
        checks.Require(
            !isLlama3 || OriginalPositions > 0, $"rotary.scaling.original_positions is {OriginalPositions}, it must be positive.");
    }

    /// <summary>The changed frequency.</summary>
    /// <param name="frequency">f, radians per position.</param>
    internal double Scale(double frequency)
    {
        double divided = frequency / Factor;
        if (Type == RotaryScalingKind.Linear)
        {
            return divided;
        }

        double periods = OriginalPositions / (2 * Math.PI / frequency);
        double kept = Math.Clamp((periods - LowFreqFactor) / (HighFreqFactor - LowFreqFactor), 0, 1);
        return ((1 - kept) * divided) + (kept * frequency);
    }
}

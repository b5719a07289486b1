using ManagedTransformer.Architectures.Llama;

namespace ManagedTransformer.Checkpoints.HuggingFace;

/// <summary>
/// The rotations of a Llama's <c>config.json</c>: <c>rope_theta</c> and <c>rope_scaling</c>, or, in files of transformers 5, both in
/// <c>rope_parameters</c>, which wins.
/// </summary>
internal static class LlamaRope
{
    private const string Theta = "rope_theta", Kind = "rope_type", OldKind = "type";
    private const double DefaultTheta = 10_000;

    /// <summary>Base and scaling of the frequencies.</summary>
    /// <exception cref="InputException">A kind of scaling that is not computed here, or one without its numbers.</exception>
    public static (double Theta, RotaryScaling? Scaling) Read(ConfigReader json)
    {
        ConfigReader? newer = json.Object("rope_parameters");
        double theta = newer is not null && newer.IsGiven(Theta) ? newer.Number(Theta) : json.Number(Theta, DefaultTheta);
        json.Refuse(!(theta > 0), Theta, $"is {theta}, it must be positive");
        return (theta, (newer ?? json.Object("rope_scaling")) is { } scaling ? ReadScaling(scaling) : null);
    }

    private static RotaryScaling? ReadScaling(ConfigReader json)
    {
        string key = json.IsGiven(Kind) ? Kind : OldKind;
        return json.Text(key) switch
        {
            null when !json.IsGiven("factor") => null,
            "default" => null,
            "linear" => new RotaryScaling { Type = RotaryScalingKind.Linear, Factor = Factor(json) },
            "llama3" => ReadLlama3(json),
            string other => throw json.Error(key, $"is '{other}', the supported ones are default, linear, llama3"),
            null => throw json.Error(key, "is absent, and a factor is given"),
        };
    }

    private static RotaryScaling ReadLlama3(ConfigReader json)
    {
        const string low = "low_freq_factor", high = "high_freq_factor";
        RotaryScaling scaling = new()
        {
            Type = RotaryScalingKind.Llama3,
            Factor = Factor(json),
            LowFreqFactor = json.Number(low),
            HighFreqFactor = json.Number(high),
            OriginalPositions = json.Size("original_max_position_embeddings"),
        };
        json.Refuse(!(scaling.LowFreqFactor > 0), low, $"is {scaling.LowFreqFactor}, it must be positive");
        json.Refuse(
            !(scaling.HighFreqFactor > scaling.LowFreqFactor), high,
            $"is {scaling.HighFreqFactor}, it must be above low_freq_factor ({scaling.LowFreqFactor})");
        return scaling;
    }

    private static double Factor(ConfigReader json)
    {
        double factor = json.Number("factor");
        json.Refuse(!(factor >= 1), "factor", $"is {factor}, it must be at least 1");
        return factor;
    }
}

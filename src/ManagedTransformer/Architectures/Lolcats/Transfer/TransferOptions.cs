using System.Text.Json.Serialization;
using ManagedTransformer.Json;

namespace ManagedTransformer.Architectures.Lolcats.Transfer;

/// <summary>What attention transfer minimises: the <c>transfer</c> object of a recipe's training.</summary>
public sealed record TransferOptions
{
    /// <summary>Factor on the mean squared error.</summary>
    public float MseFactor { get; set; } = 1000;

    /// <summary>Factor on the cross-entropy of the attention weights, which takes quadratic time and memory; 0 for none.</summary>
    public float XentFactor { get; set; }

    /// <summary>Whether that cross-entropy is computed even where its factor is 0.</summary>
    [JsonIgnore]
    internal bool MeasuresXent { get; init; }

    /// <summary>Checks every value.</summary>
    /// <param name="where">Named in errors.</param>
    /// <exception cref="InputException">A factor that is negative or not finite, or none that is positive.</exception>
    internal void Validate(string where)
    {
        OptionChecks checks = new($"{where}.");
        Factor(MseFactor, "mse_factor");
        Factor(XentFactor, "xent_factor");
        checks.Require(MseFactor > 0 || XentFactor > 0, "mse_factor and xent_factor are both 0: there is nothing to minimise.");

        void Factor(float value, string key) =>
            checks.Require(value >= 0 && float.IsFinite(value), $"{key} is {value}, it must be a finite number that is not negative.");
    }
}

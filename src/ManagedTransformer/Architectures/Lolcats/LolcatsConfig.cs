using ManagedTransformer.Json;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.Lolcats;

/// <summary>
/// Feature maps and window of attention that was softmax attention before (Zhang et al., "LoLCATs: On Low-Rank Linearizing of Large
/// Language Models", 2024): the <c>lolcats</c> object of a model's configuration.
/// </summary>
public sealed record LolcatsConfig
{
    /// <summary>phi.</summary>
    public LolcatsMap Map { get; set; }

    /// <summary>k: rows of a map's weight per head.</summary>
    public int FeatureSize { get; set; } = 64;

    /// <summary>Whether maps have biases.</summary>
    public bool FeatureBias { get; set; }

    /// <summary>Whether queries and keys have one map together.</summary>
    public bool TieMaps { get; set; }

    /// <summary>Whether queries are divided by the root of the head's width before their map.</summary>
    public bool QueryScale { get; set; }

    /// <summary>Smallest feature; 0 for no such limit.</summary>
    public float FeatureEps { get; set; } = 1e-12f;

    /// <summary>What the sum of weights becomes before it divides, without a window: add or clamp.</summary>
    public LinearDenominator Denominator { get; set; }

    /// <summary>Epsilon of the denominator.</summary>
    public float DenominatorEps { get; set; } = 1e-12f;

    /// <summary>Which keys keep their softmax weights.</summary>
    public LolcatsWindow Window { get; set; }

    /// <summary>w, in positions; 0 without a window.</summary>
    public int WindowSize { get; set; }

    /// <summary>Whether the linear weights are multiplied by 1 - gamma, where those of the window are by gamma.</summary>
    public bool AffineFactors { get; set; }

    /// <summary>K: numbers of a mapped query or key.</summary>
    internal int Features => Map == LolcatsMap.Hedgehog ? 2 * FeatureSize : FeatureSize;

    internal WindowShape Shape => new(Window, WindowSize);

    /// <summary>
    /// Whether no position of a text has a key outside its window, so that the model is what its softmax was and the maps have no part.
    /// </summary>
    /// <param name="length">Tokens of the text.</param>
    internal bool IsSoftmaxWithin(int length) => length <= Shape.Capacity;

    /// <summary>Checks every value.</summary>
    /// <param name="model">The model's sizes.</param>
    /// <param name="where">Named in the error: the model.</param>
    /// <exception cref="InputException">A value out of its range, or two that exclude each other.</exception>
    internal void Validate(ModelSizes model, string where)
    {
        OptionChecks checks = new($"{where}.");
        bool hasWindow = Window != LolcatsWindow.None;
        checks.Size(FeatureSize, "lolcats.feature_size", ModelSizes.MostWidth);
        checks.Size((long)FeatureSize * model.Heads, "lolcats.feature_size times heads", ModelSizes.MostWidth);
        Epsilon(FeatureEps, "lolcats.feature_eps");
        Epsilon(DenominatorEps, "lolcats.denominator_eps");
        checks.Require(Denominator != LinearDenominator.AbsClamp, "lolcats.denominator must be 'add' or 'clamp': no weight is negative.");
        checks.Require(
            hasWindow || WindowSize == 0, $"lolcats.window_size is {WindowSize}, it must be 0 without lolcats.window.");
        checks.Require(
            !hasWindow || WindowSize is > 0 and <= ModelSizes.MostWidth,
            $"lolcats.window_size is {WindowSize}, it must be from 1 to {ModelSizes.MostWidth} with lolcats.window.");
        checks.Require(hasWindow || !AffineFactors, "lolcats.affine_factors needs lolcats.window, whose weights they share.");
        checks.Require(
            !hasWindow || (Denominator == LinearDenominator.Add && DenominatorEps == new LolcatsConfig().DenominatorEps),
            "lolcats.denominator and denominator_eps need lolcats.window to be 'none': the sum of a window's weights divides as it is.");

        void Epsilon(float value, string key) =>
            checks.Require(value >= 0 && float.IsFinite(value), $"{key} is {value}, it must be a finite number that is not negative.");
    }
}

namespace ManagedTransformer.Json;

/// <summary>Checks of options that a file gives: what is broken is told with the place of the option.</summary>
/// <param name="prefix">Stands before every message, for instance <c>recipe.json: </c>.</param>
internal readonly struct OptionChecks(string prefix)
{
    /// <summary>Refuses options that break a rule.</summary>
    /// <param name="holds">Whether the rule holds.</param>
    /// <param name="message">What is wrong and what would be right.</param>
    /// <exception cref="InputException">The rule does not hold.</exception>
    public void Require(bool holds, string message)
    {
        if (!holds)
        {
            throw new InputException(prefix + message);
        }
    }

    /// <summary>Refuses sizes below 1.</summary>
    /// <param name="value">The option's value.</param>
    /// <param name="key">The option's key.</param>
    /// <exception cref="InputException">It is below 1.</exception>
    public void Positive(long value, string key) => Require(value > 0, $"{key} is {value}, it must be positive.");

    /// <summary>Refuses sizes below 1 or beyond what any machine holds.</summary>
    /// <param name="value">The option's value.</param>
    /// <param name="key">The option's key.</param>
    /// <param name="most">The largest size.</param>
    /// <exception cref="InputException">It is below 1 or too large.</exception>
    public void Size(long value, string key, long most)
    {
        Positive(value, key);
        Require(value <= most, $"{key} is {value}, it must be at most {most}.");
    }

    /// <summary>Refuses lists of layers that do not increase from 0 on, or name a layer that there is not.</summary>
    /// <param name="value">The option's value, layers from 0; null for an absent list.</param>
    /// <param name="key">The option's key.</param>
    /// <param name="layers">How many layers there are.</param>
    /// <exception cref="InputException">It is no such list.</exception>
    public void Layers(IReadOnlyList<int>? value, string key, int layers)
    {
        for (int i = 0, before = -1; i < (value?.Count ?? 0); before = value![i++])
        {
            Require(
                value![i] > before && value[i] < layers,
                $"{key} [{string.Join(", ", value)}] must increase from at least 0 to at most {layers - 1}.");
        }
    }

    /// <summary>Refuses rates of dropout outside [0, 1).</summary>
    /// <param name="value">The option's value.</param>
    /// <param name="key">The option's key.</param>
    /// <exception cref="InputException">It lies outside.</exception>
    public void Rate(float value, string key) =>
        Require(value is >= 0 and < 1, $"{key} is {value}, it must be at least 0 and below 1.");
}

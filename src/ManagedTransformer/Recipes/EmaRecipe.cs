namespace ManagedTransformer.Recipes;

/// <summary>
/// An exponential moving average of the weights over the updates, in float32: a = decay a + (1 - decay) w, where a begins with the weights
/// of the first update. What is evaluated and kept as the best has the averages; training itself does not see them.
/// </summary>
public sealed record EmaRecipe
{
    /// <summary>The share of the average that stays at an update: 0.999 averages over about the last thousand.</summary>
    public required float Decay { get; init; }

    internal void Validate(string where)
    {
        if (Decay is not (>= 0 and < 1))
        {
            throw new InputException($"{where}: training.ema.decay is {Decay}, it must be at least 0 and below 1.");
        }
    }
}

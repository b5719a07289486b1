using System.Globalization;

namespace ManagedTransformer.Conversion;

/// <summary>Some layers of a model whose number of layers is not known yet.</summary>
public sealed class LayerChoice
{
    private readonly int _step;
    private readonly IReadOnlyList<int> _layers = [];

    private LayerChoice(int step, IReadOnlyList<int> layers) => (_step, _layers) = (step, layers);

    /// <summary>No layer.</summary>
    public static LayerChoice None { get; } = new(0, []);

    /// <summary>Each n-th layer counted from the top: L-1, L-1-n, ...</summary>
    /// <param name="step">n, at least 1.</param>
    /// <exception cref="ArgumentOutOfRangeException">The step is below 1.</exception>
    public static LayerChoice EveryFromTop(int step)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(step, 1);
        return new LayerChoice(step, []);
    }

    /// <summary>Exactly these layers.</summary>
    /// <param name="layers">Counted from 0.</param>
    public static LayerChoice These(params IReadOnlyList<int> layers) => new(0, [.. layers.Distinct().Order()]);

    /// <summary>Reads <c>every:4</c> or <c>3,7</c>.</summary>
    /// <param name="text">What a user wrote.</param>
    /// <returns>The choice; null for anything else.</returns>
    public static LayerChoice? Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        const string every = "every:";
        if (text.StartsWith(every, StringComparison.Ordinal))
        {
            return Number(text[every.Length..]) is > 0 and { } step ? EveryFromTop(step) : null;
        }

        int?[] layers = [.. text.Split(',', StringSplitOptions.TrimEntries).Select(Number)];
        return layers.Contains(null) ? null : These([.. layers.Select(layer => layer!.Value)]);

        static int? Number(string digits) =>
            int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int value) ? value : null;
    }

    /// <summary>The layers of a model, in rising order; numbers beyond its layers stay, for a configuration's validation to name.</summary>
    /// <param name="layers">Its number of layers.</param>
    public IReadOnlyList<int> Of(int layers) =>
        _step == 0 ? _layers : [.. Enumerable.Range(0, layers).Where(layer => (layers - 1 - layer) % _step == 0)];
}

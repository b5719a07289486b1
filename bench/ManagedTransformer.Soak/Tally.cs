using System.Globalization;

namespace ManagedTransformer.Soak;

/// <summary>How often what happened.</summary>
internal sealed class Tally
{
    private readonly SortedDictionary<string, int> _counts = new(StringComparer.Ordinal);

    /// <summary>Counts one more.</summary>
    /// <param name="what">What happened.</param>
    /// <param name="count">How often.</param>
    public void Add(string what, int count = 1) => _counts[what] = this[what] + count;

    /// <summary>How often something happened.</summary>
    /// <param name="what">What.</param>
    public int this[string what] => _counts.GetValueOrDefault(what);

    /// <inheritdoc/>
    public override string ToString() =>
        string.Concat(_counts.Select(entry => string.Create(CultureInfo.InvariantCulture, $"{entry.Value,7}  {entry.Key}\n")));
}

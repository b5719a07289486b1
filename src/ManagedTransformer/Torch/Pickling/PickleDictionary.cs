using System.Diagnostics.CodeAnalysis;

namespace ManagedTransformer.Torch.Pickling;

/// <summary>A dictionary in the order in which keys came; a key that comes again keeps its place and gets the new value.</summary>
internal sealed class PickleDictionary : PickleContainer
{
    private readonly List<(PickleValue Key, PickleValue Value)> _entries = [];
    private readonly Dictionary<object, int> _places = new(PickleKeyComparer.Instance);

    /// <summary>Keys and values.</summary>
    public IReadOnlyList<(PickleValue Key, PickleValue Value)> Entries => _entries;

    /// <summary>Adds or replaces a value.</summary>
    /// <param name="key">The key.</param>
    /// <param name="value">The value.</param>
    /// <param name="budget">Pays for the key, which is looked at as a whole whenever it comes.</param>
    /// <exception cref="PickleException">The key is none, or something is nested too deep.</exception>
    public void Set(PickleValue key, PickleValue value, PickleBudget budget)
    {
        object canonical = PickleKey.Of(key, budget);
        Nest(key);
        Nest(value);
        if (_places.TryAdd(canonical, _entries.Count))
        {
            _entries.Add((key, value));
        }
        else
        {
            _entries[_places[canonical]] = (key, value);
        }
    }

    /// <summary>The value under a text.</summary>
    public bool TryGet(string key, [NotNullWhen(true)] out PickleValue? value)
    {
        value = _places.TryGetValue(key, out int place) ? _entries[place].Value : null;
        return value is not null;
    }

    /// <summary>The value under a text; null where there is none.</summary>
    public PickleValue? Get(string key) => TryGet(key, out PickleValue? value) ? value : null;
}

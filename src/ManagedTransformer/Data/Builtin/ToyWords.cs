using ManagedTransformer.Hashing;

namespace ManagedTransformer.Data.Builtin;

/// <summary>Words of one kind with their translations.</summary>
internal sealed class ToyWords
{
    private readonly string[] _sources;
    private readonly string[] _targets;

    /// <summary>Two lists of words separated by spaces, in the same order of meanings.</summary>
    public ToyWords(string sources, string targets)
    {
        _sources = sources.Split(' ');
        _targets = targets.Split(' ');
        if (_sources.Length != _targets.Length)
        {
            throw new ArgumentException($"{_sources.Length} words have {_targets.Length} translations.", nameof(targets));
        }
    }

    public int Count => _sources.Length;

    public string Source(int word) => _sources[word];

    public string Target(int word) => _targets[word];

    public int Draw(ref SplitMix64 random) => (int)SplitMix64.Scale(random.Next(), Count);
}

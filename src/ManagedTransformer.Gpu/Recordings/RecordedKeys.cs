using ManagedTransformer.Tensors;

namespace ManagedTransformer.Gpu;

/// <summary>
/// The sequences of random numbers that a recorded pass draws, by their places in the order of drawing: launches remember the place, and
/// every pass has other sequences.
/// </summary>
internal sealed class RecordedKeys
{
    private const int Most = 1024;
    private readonly ulong[] _sequences = new ulong[Most];
    private readonly Dictionary<ulong, int> _places = [];
    private readonly HashSet<int> _used = [];
    private RandomSource.State _start;

    /// <summary>Sequences that a pass draws.</summary>
    public int Count { get; private set; }

    /// <summary>The sequence at a place, in the pass at hand.</summary>
    public ulong this[int place] => _sequences[place];

    /// <summary>Learns which sequences a pass may draw that begins where a source stands.</summary>
    public void Begin(RandomSource random)
    {
        _start = random.Save();
        Draw(random, Most);
        random.Restore(_start);
        _used.Clear();
        _places.Clear();
        for (int place = 0; place < Most; place++)
        {
            _places.Add(_sequences[place], place);
        }
    }

    /// <summary>Takes note of what the pass has drawn.</summary>
    /// <returns>Says why its draws cannot be repeated; null where they can.</returns>
    public string? End(RandomSource random)
    {
        RandomSource.State end = random.Save();
        if (end.Position != _start.Position || end.Site - _start.Site > Most)
        {
            return "it draws too many random numbers";
        }

        Count = (int)(end.Site - _start.Site);
        return _used.Count == Count ? null : "the host draws random numbers";
    }

    /// <summary>Draws the sequences of a replay.</summary>
    public void Draw(RandomSource random) => Draw(random, Count);

    /// <summary>Whether a number is a sequence of the pass, and which.</summary>
    public bool TryUse(ulong number, out int place)
    {
        bool isSequence = _places.TryGetValue(number, out place);
        if (isSequence)
        {
            _used.Add(place);
        }

        return isSequence;
    }

    private void Draw(RandomSource random, int count)
    {
        for (int place = 0; place < count; place++)
        {
            _sequences[place] = random.NextKey().Sequence;
        }
    }
}

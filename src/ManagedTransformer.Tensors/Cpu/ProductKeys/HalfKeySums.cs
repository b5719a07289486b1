namespace ManagedTransformer.Tensors.Cpu.ProductKeys;

/// <summary>
/// Sums the gradients of a row's kept scores by half key: the kept pairs share halves, so that far fewer keys than pairs take part, and
/// each key's row of numbers is touched once.
/// </summary>
internal unsafe ref struct HalfKeySums
{
    private readonly int _keys, _kept;
    private readonly int* _seen, _places;
    private int _row;

    /// <summary>An empty collection.</summary>
    /// <param name="scratch">Reserved for <see cref="Room"/> elements by the caller.</param>
    /// <param name="keys">Half keys per half.</param>
    /// <param name="kept">Scores per row.</param>
    public HalfKeySums(ThreadScratch scratch, int keys, int kept)
    {
        (_keys, _kept, _row) = (keys, kept, 0);
        _seen = (int*)scratch.Take(keys);
        _places = (int*)scratch.Take(keys);
        Numbers = (int*)scratch.Take(kept);
        Sums = scratch.Take(kept);
        new Span<int>(_seen, keys).Clear();
    }

    /// <summary>The half keys that take part.</summary>
    public int* Numbers { get; }

    /// <summary>The sums of their gradients.</summary>
    public float* Sums { get; }

    /// <summary>Elements of scratch memory that a collection takes.</summary>
    public static nint Room(int keys, int kept) => (2 * (nint)keys) + (2 * kept);

    /// <summary>Collects a row.</summary>
    /// <param name="slots">Its kept slots.</param>
    /// <param name="gradients">The gradients of their scores.</param>
    /// <param name="half">0 or 1.</param>
    /// <returns>Number of half keys that take part.</returns>
    public int Collect(int* slots, float* gradients, int half)
    {
        _row++;
        int count = 0;
        for (int m = 0; m < _kept; m++)
        {
            (uint first, uint second) = Math.DivRem((uint)slots[m], (uint)_keys);
            uint key = half == 0 ? first : second;
            if (_seen[key] != _row)
            {
                _seen[key] = _row;
                _places[key] = count;
                Numbers[count] = (int)key;
                Sums[count++] = gradients[m];
            }
            else
            {
                Sums[_places[key]] += gradients[m];
            }
        }

        return count;
    }
}

using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.ProductKeyMemory;

/// <summary>
/// Which slots a memory reads over an evaluation: sums of weights in double precision and counts in 64 bits,
/// since sums in Float32 stall near 2^24.
/// </summary>
internal sealed class MemoryUsage
{
    private readonly int _slots, _heads, _keys;
    private readonly double[] _weights;
    private readonly long[] _counts;

    /// <summary>An empty record.</summary>
    /// <param name="slots">Number of slots S.</param>
    /// <param name="heads">Number of heads H.</param>
    /// <param name="keys">Half keys n per half, with S = n^2; 0 for flat keys.</param>
    public MemoryUsage(int slots, int heads, int keys = 0)
    {
        (_slots, _heads, _keys) = (slots, heads, keys);
        _weights = new double[(long)heads * slots];
        _counts = new long[slots];
    }

    /// <summary>An empty record for a memory.</summary>
    /// <param name="config">Its sizes.</param>
    public MemoryUsage(ProductKeyMemoryConfig config)
        : this((int)config.Slots, config.Heads, config.FlatKeys ? 0 : config.NKeys)
    {
    }

    /// <summary>The statistics of all reads so far, of all heads together.</summary>
    public UsageStatistics Statistics()
    {
        double[] z = new double[_slots];
        for (long i = 0; i < _weights.LongLength; i++)
        {
            z[i % _slots] += _weights[i];
        }

        KeyUsage weighted = Uniformity(z), counted = Uniformity([.. _counts.Select(count => (double)count)]);
        Array.Sort(z);
        double total = z.Sum(), running = 0, mean = 0;
        long below50 = 0, below10 = 0, below1 = 0;
        foreach (double value in z)
        {
            running += total > 0 ? value / total : 0;
            mean += running / _slots;
            below50 += running < 0.5 ? 1 : 0;
            below10 += running < 0.1 ? 1 : 0;
            below1 += running < 0.01 ? 1 : 0;
        }

        return new UsageStatistics(weighted.Usage, weighted.Kl, counted.Kl, 1 - (2 * mean), _slots - below50, _slots - below10,
            _slots - below1);
    }

    /// <summary>How evenly one head uses the slots.</summary>
    /// <param name="head">From 0.</param>
    public KeyUsage Head(int head) => Uniformity(_weights.AsSpan(head * _slots, _slots));

    /// <summary>
    /// How evenly one head uses the n keys of one half: a half key that is never used makes n slots unreachable for that head.
    /// </summary>
    /// <param name="head">From 0.</param>
    /// <param name="half">0 or 1.</param>
    /// <exception cref="InvalidOperationException">The memory has flat keys.</exception>
    public KeyUsage HalfKeys(int head, int half)
    {
        if (_keys == 0)
        {
            throw new InvalidOperationException("A memory with flat keys has no half keys.");
        }

        double[] sums = new double[_keys];
        ReadOnlySpan<double> weights = _weights.AsSpan(head * _slots, _slots);
        for (int slot = 0; slot < _slots; slot++)
        {
            sums[half == 0 ? slot / _keys : slot % _keys] += weights[slot];
        }

        return Uniformity(sums);
    }

    /// <summary>Adds reads.</summary>
    /// <param name="indices">Slots, Int32 [rows, heads, k].</param>
    /// <param name="weights">Their weights, [rows, heads, k].</param>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    public void Add(Tensor indices, Tensor weights)
    {
        if (indices.Rank != 3 || indices.Shape != weights.Shape || indices.Shape[1] != _heads)
        {
            throw new ArgumentException(
                $"Slots and weights of {_heads} heads, [rows, {_heads}, k], are needed; "
                + $"their shapes are {indices.Shape} and {weights.Shape}.");
        }

        int[] slots = indices.ToInt32Array();
        float[] values = weights.ToArray();
        int k = indices.Shape[2];
        for (int i = 0; i < slots.Length; i++)
        {
            _weights[(i / k % _heads * (long)_slots) + slots[i]] += values[i];
            _counts[slots[i]]++;
        }
    }

    private static KeyUsage Uniformity(ReadOnlySpan<double> sums)
    {
        double total = 0, entropy = 0;
        long used = 0;
        foreach (double sum in sums)
        {
            total += sum;
            used += sum != 0 ? 1 : 0;
        }

        foreach (double sum in sums)
        {
            entropy -= sum > 0 ? sum / total * Math.Log(sum / total) : 0;
        }

        return new KeyUsage((double)used / sums.Length, used == 0 ? 0 : Math.Log(sums.Length) - entropy);
    }
}

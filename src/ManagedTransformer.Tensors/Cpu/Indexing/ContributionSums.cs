using ManagedTransformer.Tensors.Cpu.Simd;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu.Indexing;

/// <summary>Sums of the weighted rows that go to the same table row (<see cref="RowContributions"/>).</summary>
internal readonly unsafe struct ContributionSums<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>Columns that are summed at a time.</summary>
    public const int Block = 1024;

    private readonly int* _sorted, _order;
    private readonly float* _weights, _values, _summed;
    private readonly int _perValue;

    public ContributionSums(in RowContributions contributions)
    {
        _sorted = contributions.Sorted.Integers();
        _order = contributions.Order.Integers();
        _weights = contributions.Weights.Floats();
        _values = contributions.Values.Floats();
        _summed = contributions.Summed.Floats();
        Count = contributions.Count;
        _perValue = contributions.PerValue;
        Width = contributions.Width;
    }

    /// <summary>Number of contributions.</summary>
    public long Count { get; }

    /// <summary>Width of the rows.</summary>
    public long Width { get; }

    /// <summary>The table row that the contribution at a place goes to.</summary>
    public long Row(long place) => _sorted[place];

    /// <summary>The weight of the contribution at a place.</summary>
    public float Weight(long place) => _weights == null ? 1f : _weights[_order[place]];

    /// <summary>The row of values that the contribution at a place takes.</summary>
    public long Value(long place) => _order[place] / _perValue;

    /// <summary>The first place from the given one on at which the contributions of a table row begin; the number of places if there is none.</summary>
    public long FirstBeginning(long place)
    {
        while (place > 0 && place < Count && _sorted[place] == _sorted[place - 1])
            place++;
        return place;
    }

    /// <summary>Where the sum of a row's contributions is kept, from a column on; null if it is not.</summary>
    public float* Kept(long place, long column) => _summed == null ? null : _summed + (Row(place) * Width) + column;

    /// <summary>sum = the contributions at places <paramref name="start"/> to <paramref name="end"/> - 1, for a block of columns.</summary>
    /// <returns>The number of columns.</returns>
    public int Add(long start, long end, long column, float* sum)
    {
        int columns = (int)Math.Min(Block, Width - column);
        for (long place = start; place < end; place++)
        {
            float* values = _values + (Value(place) * Width) + column;
            TVector weight = TOps.Broadcast(Weight(place));
            if (place == start)
                Scale(weight, values, sum, columns);
            else
                AddScaled(weight, values, sum, columns);
        }

        return columns;
    }

    private static void Scale(TVector weight, float* values, float* sum, int count)
    {
        for (int i = 0; i < count; i += TOps.Count)
            VectorTail<TOps, TVector>.StoreUpTo(TOps.Multiply(weight, VectorTail<TOps, TVector>.LoadUpTo(values + i, count - i)), sum + i, count - i);
    }

    private static void AddScaled(TVector weight, float* values, float* sum, int count)
    {
        for (int i = 0; i < count; i += TOps.Count)
        {
            TVector total = TOps.MultiplyAdd(weight, VectorTail<TOps, TVector>.LoadUpTo(values + i, count - i), VectorTail<TOps, TVector>.LoadUpTo(sum + i, count - i));
            VectorTail<TOps, TVector>.StoreUpTo(total, sum + i, count - i);
        }
    }
}

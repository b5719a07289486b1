using System.Runtime.CompilerServices;
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
    private readonly ulong _reciprocal;

    public ContributionSums(in RowContributions contributions)
    {
        _sorted = contributions.Sorted.Integers();
        _order = contributions.Order.Integers();
        _weights = contributions.Weights.Floats();
        _values = contributions.Values.Floats();
        _summed = contributions.Summed.Floats();
        Count = contributions.Count;
        // 2^64 / divisor, rounded up: the upper half of a product of 32 bits with it is the exact quotient. 0 stands for a divisor of 1.
        _reciprocal = contributions.PerValue <= 1 ? 0 : (ulong.MaxValue / (uint)contributions.PerValue) + 1;
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
    public long Value(long place) => Value((uint)_order[place], _reciprocal);

    /// <summary>
    /// The first place from the given one on at which the contributions of a table row begin; the number of places if there is none.
    /// </summary>
    public long FirstBeginning(long place)
    {
        while (place > 0 && place < Count && _sorted[place] == _sorted[place - 1])
        {
            place++;
        }

        return place;
    }

    /// <summary>Place where the sum of a row's contributions is kept, from a column on; null if it is not.</summary>
    public float* Kept(long place, long column) => _summed == null ? null : _summed + (Row(place) * Width) + column;

    /// <summary>sum = the contributions at places <paramref name="start"/> to <paramref name="end"/> - 1, for a block of columns.</summary>
    /// <returns>The number of columns.</returns>
    public int Add(long start, long end, long column, float* sum)
    {
        int columns = (int)Math.Min(Block, Width - column), done = 0;
        for (; done <= columns - (8 * TOps.Count); done += 8 * TOps.Count)
        {
            AddEightVectors(start, end, column + done, sum + done);
        }

        for (long place = start; place < end && done < columns; place++)
        {
            float* values = _values + (Value(place) * Width) + column + done;
            TVector weight = TOps.Broadcast(Weight(place));
            if (place == start)
            {
                Scale(weight, values, sum + done, columns - done);
            }
            else
            {
                AddScaled(weight, values, sum + done, columns - done);
            }
        }

        return columns;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Value(uint contribution, ulong reciprocal) =>
        reciprocal == 0 ? contribution : (long)Math.BigMul(contribution, reciprocal, out _);

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void AddEightVectors(long start, long end, long column, float* sum)
    {
        TVector s0 = TOps.Zero, s1 = s0, s2 = s0, s3 = s0, s4 = s0, s5 = s0, s6 = s0, s7 = s0;
        int* order = _order;
        float* firstValues = _values + column, weights = _weights;
        long width = Width;
        ulong reciprocal = _reciprocal;
        for (long place = start; place < end; place++)
        {
            uint contribution = (uint)order[place];
            float* values = firstValues + (Value(contribution, reciprocal) * width);
            TVector weight = TOps.Broadcast(weights == null ? 1f : weights[contribution]);
            s0 = TOps.MultiplyAdd(weight, TOps.Load(values), s0);
            s1 = TOps.MultiplyAdd(weight, TOps.Load(values + TOps.Count), s1);
            s2 = TOps.MultiplyAdd(weight, TOps.Load(values + (2 * TOps.Count)), s2);
            s3 = TOps.MultiplyAdd(weight, TOps.Load(values + (3 * TOps.Count)), s3);
            s4 = TOps.MultiplyAdd(weight, TOps.Load(values + (4 * TOps.Count)), s4);
            s5 = TOps.MultiplyAdd(weight, TOps.Load(values + (5 * TOps.Count)), s5);
            s6 = TOps.MultiplyAdd(weight, TOps.Load(values + (6 * TOps.Count)), s6);
            s7 = TOps.MultiplyAdd(weight, TOps.Load(values + (7 * TOps.Count)), s7);
        }

        TOps.Store(s0, sum);
        TOps.Store(s1, sum + TOps.Count);
        TOps.Store(s2, sum + (2 * TOps.Count));
        TOps.Store(s3, sum + (3 * TOps.Count));
        TOps.Store(s4, sum + (4 * TOps.Count));
        TOps.Store(s5, sum + (5 * TOps.Count));
        TOps.Store(s6, sum + (6 * TOps.Count));
        TOps.Store(s7, sum + (7 * TOps.Count));
    }

    private static void Scale(TVector weight, float* values, float* sum, int count)
    {
        for (int i = 0; i < count; i += TOps.Count)
        {
            VectorTail<TOps, TVector>.StoreUpTo(TOps.Multiply(weight, VectorTail<TOps, TVector>.LoadUpTo(values + i, count - i)),
                sum + i, count - i);
        }
    }

    private static void AddScaled(TVector weight, float* values, float* sum, int count)
    {
        for (int i = 0; i < count; i += TOps.Count)
        {
            TVector total = TOps.MultiplyAdd(weight, VectorTail<TOps, TVector>.LoadUpTo(values + i, count - i),
                VectorTail<TOps, TVector>.LoadUpTo(sum + i, count - i));
            VectorTail<TOps, TVector>.StoreUpTo(total, sum + i, count - i);
        }
    }
}

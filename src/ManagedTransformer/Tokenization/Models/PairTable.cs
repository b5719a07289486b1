using System.Numerics;

namespace ManagedTransformer.Tokenization.Models;

/// <summary>The merges of a byte pair encoding: two tokens to their rank and the token that they make.</summary>
internal sealed class PairTable
{
    private const ulong Free = ulong.MaxValue;

    private ulong[] _keys;
    private (int Rank, int Result)[] _values;

    /// <summary>An empty table.</summary>
    /// <param name="capacity">How many merges to expect.</param>
    public PairTable(int capacity)
    {
        int size = (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(16, capacity + capacity / 2));
        _keys = new ulong[size];
        _keys.AsSpan().Fill(Free);
        _values = new (int, int)[size];
    }

    /// <summary>The number of merges.</summary>
    public int Count { get; private set; }

    /// <summary>Sets a merge; a pair that is given again has its last rank.</summary>
    public void Set(int left, int right, int rank, int result)
    {
        if ((Count + 1) * 4L > _keys.Length * 3L)
        {
            Grow();
        }

        int slot = Find(Key(left, right));
        Count += _keys[slot] == Free ? 1 : 0;
        _keys[slot] = Key(left, right);
        _values[slot] = (rank, result);
    }

    /// <summary>The merge of two tokens.</summary>
    public bool TryGet(int left, int right, out int rank, out int result)
    {
        ulong key = Key(left, right);
        int slot = Find(key);
        (rank, result) = _values[slot];
        return _keys[slot] == key;
    }

    /// <summary>The merges by rank.</summary>
    public IReadOnlyList<BytePairMerge> InOrder() =>
    [
        .. _keys.Zip(_values).Where(entry => entry.First != Free).OrderBy(entry => entry.Second.Rank)
            .Select(entry => new BytePairMerge((int)(entry.First >> 32), (int)entry.First, entry.Second.Result)),
    ];

    private static ulong Key(int left, int right) => (ulong)(uint)left << 32 | (uint)right;

    private int Find(ulong key)
    {
        ulong[] keys = _keys;
        int mask = keys.Length - 1;
        int slot = (int)(key * 0x9E3779B97F4A7C15 >> 32) & mask;
        while (keys[slot] != key && keys[slot] != Free)
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private void Grow()
    {
        (ulong[] keys, (int, int)[] values) = (_keys, _values);
        _keys = new ulong[keys.Length * 2];
        _keys.AsSpan().Fill(Free);
        _values = new (int, int)[_keys.Length];
        for (int i = 0; i < keys.Length; i++)
        {
            if (keys[i] != Free)
            {
                int slot = Find(keys[i]);
                (_keys[slot], _values[slot]) = (keys[i], values[i]);
            }
        }
    }
}

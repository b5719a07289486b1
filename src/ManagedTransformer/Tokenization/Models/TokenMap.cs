using System.IO.Hashing;

namespace ManagedTransformer.Tokenization.Models;

/// <summary>
/// Token texts in UTF-8 and their ids, both ways: one block of bytes, and an open table over it, so that a vocabulary takes little more
/// memory than its file and can be searched by spans.
/// </summary>
internal sealed class TokenMap
{
    private const int LongestGap = 16;

    private byte[] _bytes = new byte[1024];
    private int[] _ends = new int[64];
    private int[] _ids = new int[64];
    private int[] _slots = new int[128];
    private Dictionary<int, int>? _sparse;
    private int[] _byId = [];
    private Dictionary<int, int>? _aliases;

    /// <summary>The number of tokens.</summary>
    public int Count { get; private set; }

    /// <summary>The largest id; -1 for none.</summary>
    public int LargestId { get; private set; } = -1;

    /// <summary>The id of the token at a place of the order in which they were added.</summary>
    public int IdAt(int index) => _ids[index];

    /// <summary>The text of the token at a place of the order in which they were added.</summary>
    public ReadOnlySpan<byte> TextAt(int index)
    {
        int start = index == 0 ? 0 : _ends[index - 1];
        return _bytes.AsSpan(start, _ends[index] - start);
    }

    /// <summary>Adds a token; one with the same text gets the new id.</summary>
    /// <returns>False where the text was there already.</returns>
    public bool Set(ReadOnlySpan<byte> text, int id)
    {
        LargestId = Math.Max(LargestId, id);
        int slot = Find(text);
        if (_slots[slot] > 0)
        {
            _ids[_slots[slot] - 1] = id;
            return false;
        }

        int start = Count == 0 ? 0 : _ends[Count - 1];
        if (start + text.Length > _bytes.Length)
        {
            Array.Resize(ref _bytes, (int)Math.Min(Math.Max((long)_bytes.Length * 2, (long)start + text.Length), Array.MaxLength));
        }

        if (Count == _ends.Length)
        {
            Array.Resize(ref _ends, Count * 2);
            Array.Resize(ref _ids, Count * 2);
        }

        text.CopyTo(_bytes.AsSpan(start));
        (_ends[Count], _ids[Count]) = (start + text.Length, id);
        _slots[slot] = ++Count;
        if (Count * 3L > _slots.Length * 2L)
        {
            Grow();
        }

        return true;
    }

    /// <summary>Gives a text that is there a further id, for decoding only.</summary>
    public void Alias(int id, ReadOnlySpan<byte> text) => (_aliases ??= [])[id] = _slots[Find(text)] - 1;

    /// <summary>Makes ids searchable; to be called once, behind the last change.</summary>
    /// <returns>An id that two tokens have; -1 for none.</returns>
    public int Finish()
    {
        bool isDense = LargestId < (long)Count * LongestGap + 1024;
        _byId = isDense ? new int[LargestId + 1] : [];
        _sparse = isDense ? null : [];
        for (int i = 0; i < Count; i++)
        {
            int id = _ids[i];
            if (IndexOf(id) >= 0)
            {
                return id;
            }

            if (isDense)
            {
                _byId[id] = i + 1;
            }
            else
            {
                _sparse![id] = i;
            }
        }

        return -1;
    }

    /// <summary>The id of a text.</summary>
    public bool TryGetId(ReadOnlySpan<byte> text, out int id)
    {
        int entry = _slots[Find(text)];
        id = entry > 0 ? _ids[entry - 1] : -1;
        return entry > 0;
    }

    /// <summary>Returns true if a token has the id.</summary>
    public bool HasId(int id) => IndexOf(id) >= 0;

    /// <summary>The text of an id; empty where no token has it.</summary>
    public ReadOnlySpan<byte> TextOf(int id) => IndexOf(id) is >= 0 and int index ? TextAt(index) : default;

    private int IndexOf(int id)
    {
        int index = _sparse is not null ? _sparse.GetValueOrDefault(id, -1) : (uint)id < (uint)_byId.Length ? _byId[id] - 1 : -1;
        return index < 0 && _aliases is not null ? _aliases.GetValueOrDefault(id, -1) : index;
    }

    // The slot of a text, or the free one where it belongs.
    private int Find(ReadOnlySpan<byte> text)
    {
        int mask = _slots.Length - 1;
        int slot = (int)XxHash3.HashToUInt64(text) & mask;
        while (_slots[slot] > 0 && !TextAt(_slots[slot] - 1).SequenceEqual(text))
        {
            slot = (slot + 1) & mask;
        }

        return slot;
    }

    private void Grow()
    {
        int mask = _slots.Length * 2 - 1;
        _slots = new int[mask + 1];
        for (int i = 0; i < Count; i++)
        {
            int slot = (int)XxHash3.HashToUInt64(TextAt(i)) & mask;
            while (_slots[slot] > 0)
            {
                slot = (slot + 1) & mask;
            }

            _slots[slot] = i + 1;
        }
    }
}

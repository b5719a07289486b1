using System.Runtime.InteropServices;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>
/// Native memory that one thread keeps from one kernel call to the next. What it holds is garbage at the start of a call.
/// </summary>
internal sealed unsafe class ThreadScratch
{
    private const int Alignment = 64;

    private float* _memory;
    private nint _capacity;
    private nint _used;

    ~ThreadScratch() => NativeMemory.AlignedFree(_memory);

    /// <summary>Makes room for so many floats, aligned to 64 bytes, and begins to hand them out anew; valid until the next call.</summary>
    /// <returns>The first of them.</returns>
    public float* Reserve(nint floats)
    {
        _used = 0;
        if (floats > _capacity)
        {
            NativeMemory.AlignedFree(_memory);
            _memory = null;
            _capacity = 0;
            _memory = (float*)NativeMemory.AlignedAlloc((nuint)floats * sizeof(float), Alignment);
            _capacity = floats;
        }

        return _memory;
    }

    /// <summary>The next part of the reserved memory; aligned where all parts have multiples of 16 floats.</summary>
    public float* Take(nint floats)
    {
        float* part = _memory + _used;
        _used += floats;
        return part;
    }
}

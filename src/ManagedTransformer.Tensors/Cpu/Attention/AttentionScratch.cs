using System.Runtime.InteropServices;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>Native memory that a thread keeps from one attention to the next. What it holds is garbage at the start.</summary>
internal sealed unsafe class AttentionScratch
{
    private const int Alignment = 64;

    [ThreadStatic]
    private static AttentionScratch? _tiles;

    [ThreadStatic]
    private static AttentionScratch? _partials;

    private float* _memory;
    private nint _capacity;
    private nint _used;

    ~AttentionScratch() => NativeMemory.AlignedFree(_memory);

    /// <summary>This thread's memory for the tiles of one chunk of work.</summary>
    public static AttentionScratch Tiles => _tiles ??= new AttentionScratch();

    /// <summary>This thread's memory for what the chunks of a job leave for the thread that asked for it.</summary>
    public static AttentionScratch Partials => _partials ??= new AttentionScratch();

    /// <summary>Makes room for so many floats and begins to hand them out.</summary>
    public void Reserve(nint floats)
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
    }

    /// <summary>The next part of the reserved memory; aligned where all parts have multiples of 16 floats.</summary>
    public float* Take(nint floats)
    {
        float* part = _memory + _used;
        _used += floats;
        return part;
    }
}

using System.Runtime.InteropServices;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Native memory that a thread keeps from one kernel call to the next. What it holds is garbage at the start of a call.</summary>
internal sealed unsafe class GemmScratch
{
    /// <summary>Size of a cache line and of the widest vector.</summary>
    private const int Alignment = 64;

    [ThreadStatic] private static GemmScratch? t_packedA;
    [ThreadStatic] private static GemmScratch? t_packedB;
    [ThreadStatic] private static GemmScratch? t_tileOfA;
    [ThreadStatic] private static GemmScratch? t_tileOfB;

    private float* _memory;
    private nint _capacity;

    private GemmScratch()
    {
    }

    ~GemmScratch() => NativeMemory.AlignedFree(_memory);

    /// <summary>For the left factor of a matrix product, shared by the threads that compute it.</summary>
    public static GemmScratch PackedA => t_packedA ??= new GemmScratch();

    /// <summary>For the right factor of a matrix product, shared by the threads that compute it.</summary>
    public static GemmScratch PackedB => t_packedB ??= new GemmScratch();

    /// <summary>For the part of the left factor that one tile of a matrix product uses.</summary>
    public static GemmScratch TileOfA => t_tileOfA ??= new GemmScratch();

    /// <summary>For the part of the right factor that one tile of a matrix product uses.</summary>
    public static GemmScratch TileOfB => t_tileOfB ??= new GemmScratch();

    /// <summary>Memory for so many floats, aligned to 64 bytes, valid until the next call on the same thread.</summary>
    public float* Reserve(nint floats)
    {
        if (floats > _capacity)
        {
            NativeMemory.AlignedFree(_memory);
            _capacity = 0;
            _memory = (float*)NativeMemory.AlignedAlloc((nuint)floats * sizeof(float), Alignment);
            _capacity = floats;
        }
        return _memory;
    }
}

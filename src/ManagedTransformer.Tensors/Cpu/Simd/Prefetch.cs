using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ManagedTransformer.Tensors.Cpu.Simd;

/// <summary>
/// Asks for memory that the processor does not foresee, before it is used: into the second-level cache, since the first level has too few
/// places for lines on their way. Without effect where the processor has no such instruction.
/// </summary>
internal static unsafe class Prefetch
{
    /// <summary>Floats per cache line.</summary>
    public const int Line = 16;

    /// <summary>How far into a row to ask: behind it, the processor's own prefetching takes over.</summary>
    private const int Most = 16 * Line;

    /// <summary>Asks for the line of an element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Element(float* element)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(element);
        }
    }

    /// <summary>Asks for the line of an element into the first-level cache: it is needed within a few hundred steps.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Soon(float* element)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(element);
        }
    }

    /// <summary>Asks for some thousand elements at most.</summary>
    public static void All(float* elements, long count)
    {
        for (long i = 0; i < count; i += Line)
        {
            Element(elements + i);
        }
    }

    /// <summary>Asks for the beginning of a row.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Row(float* row, long width)
    {
        if (!Sse.IsSupported || row == null)
        {
            return;
        }

        for (long i = 0; i < Math.Min(width, Most); i += Line)
        {
            Sse.Prefetch1(row + i);
        }
    }
}

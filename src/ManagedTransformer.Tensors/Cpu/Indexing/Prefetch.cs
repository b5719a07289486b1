using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace ManagedTransformer.Tensors.Cpu.Indexing;

/// <summary>
/// Asks for rows at random places of a large table, into the second-level cache, before they are used: the first level has too few places
/// for lines on their way. Without effect where the processor has no such instruction.
/// </summary>
internal static unsafe class Prefetch
{
    /// <summary>Floats per cache line, and how far into a row to ask: behind it, the processor's own prefetching takes over.</summary>
    private const int Line = 16, Most = 16 * Line;

    /// <summary>Asks for the line of an element.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Element(float* element)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch1(element);
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

using System.Runtime.CompilerServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>Copies that the hardware makes from memory to shared memory while the threads go on.</summary>
internal static class TensorCopy
{
    /// <summary>Queues the calling thread's chunks of a slice; what lies outside of the matrix becomes zero.</summary>
    /// <param name="source">The chunks.</param>
    /// <param name="passes">Their number, 2 or 4.</param>
    /// <param name="slice">The address of the slice in shared memory.</param>
    /// <param name="aligned">0: chunks may start at any multiple of 4 bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Slice(TensorSource source, int passes, uint slice, int aligned)
    {
        int along = IntrinsicMath.Max(0, IntrinsicMath.Min(16, source.Along));
        uint place = slice + (uint)source.Place;
        if (aligned != 0)
        {
            Chunk(place, source.Address, source.Across > 0 ? along : 0);
            Chunk(place + (uint)source.PassPlace, source.Address + source.PassBytes, source.Across > source.PassAcross ? along : 0);
            if (passes > 2)
            {
                place += (uint)(2 * source.PassPlace);
                long address = source.Address + (2 * source.PassBytes);
                Chunk(place, address, source.Across > 2 * source.PassAcross ? along : 0);
                Chunk(place + (uint)source.PassPlace, address + source.PassBytes, source.Across > 3 * source.PassAcross ? along : 0);
            }
        }
        else
        {
            for (int pass = 0; pass < passes; pass++)
            {
                int bytes = source.Across > pass * source.PassAcross ? along : 0;
                Words(place + (uint)(pass * source.PassPlace), source.Address + (pass * source.PassBytes), bytes);
            }
        }
    }

    /// <summary>Ends a group of copies.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Commit() => CudaAsm.Emit("cp.async.commit_group;");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Chunk(uint shared, long memory, int bytes) =>
        CudaAsm.Emit("cp.async.cg.shared.global [%0], [%1], 16, %2;", shared, memory, bytes);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Words(uint shared, long memory, int bytes)
    {
        for (int word = 0; word < 16; word += 4)
        {
            int part = IntrinsicMath.Max(0, IntrinsicMath.Min(4, bytes - word));
            CudaAsm.Emit("cp.async.ca.shared.global [%0], [%1], 4, %2;", shared + (uint)word, memory + word, part);
        }
    }
}

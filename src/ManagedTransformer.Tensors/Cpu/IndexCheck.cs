using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Tensors.Cpu;

/// <summary>Refuses indices that lie outside their axis, before a kernel touches memory.</summary>
internal static unsafe class IndexCheck
{
    /// <summary>Throws unless every index is from 0 to <paramref name="size"/> - 1 or equal to <paramref name="skipped"/>.</summary>
    public static void Indices(int* indices, long count, int size, int? skipped, string operation)
    {
        long wrong = FirstOutside(indices, count, size, skipped);
        if (wrong >= 0)
        {
            throw IndexFault.Index(operation, wrong, indices[wrong], size);
        }
    }

    /// <summary>Throws unless every target is a class or the ignored number.</summary>
    public static void Targets(int* targets, long count, int classes, int ignored)
    {
        long wrong = FirstOutside(targets, count, classes, ignored);
        if (wrong >= 0)
        {
            throw IndexFault.Target(wrong, targets[wrong], classes, ignored);
        }
    }

    private static long FirstOutside(int* indices, long count, int size, int? skipped)
    {
        for (long i = 0; i < count; i++)
        {
            if ((uint)indices[i] >= (uint)size && indices[i] != skipped)
            {
                return i;
            }
        }

        return -1;
    }
}

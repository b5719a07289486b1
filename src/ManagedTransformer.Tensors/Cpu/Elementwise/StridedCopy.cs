namespace ManagedTransformer.Tensors.Cpu.Elementwise;

/// <summary>
/// Copies 4-byte elements between strided places: runs of memory where both lie close, tiles where an axis changes places,
/// single elements otherwise.
/// </summary>
internal static unsafe class StridedCopy
{
    /// <summary>Copies from operand 0 to operand 1 of the space.</summary>
    public static void Run(float* source, float* destination, IterationSpace space)
    {
        if (space.Count == 0)
        {
            return;
        }

        if (space.RowStride(0) != 1 && space.RowStride(1) == 1)
        {
            for (int axis = space.Rank - 2; axis >= 0; axis--)
            {
                if (space.Stride(axis, 0) == 1)
                {
                    TransposedCopy.Run(source, destination, space, axis);
                    return;
                }
            }
        }

        var job = new Job { Source = source, Destination = destination, Space = space };
        Ranges.Run(space.Count, Ranges.Grain, ref job);
    }

    private struct Job : IRangeJob
    {
        public float* Source, Destination;
        public IterationSpace Space;

        public readonly void Execute(long start, long end)
        {
            long sourceStride = Space.RowStride(0), destinationStride = Space.RowStride(1), length = Space.RowLength;
            for (long i = start; i < end;)
            {
                long run = Math.Min(length - (i % length), end - i);
                Space.Locate(i, out long source, out long destination, out _);
                float* from = Source + source, to = Destination + destination;
                if (sourceStride == 1 && destinationStride == 1)
                {
                    Buffer.MemoryCopy(from, to, run * sizeof(float), run * sizeof(float));
                }
                else
                {
                    for (long j = 0; j < run; j++)
                    {
                        to[j * destinationStride] = from[j * sourceStride];
                    }
                }

                i += run;
            }
        }
    }
}

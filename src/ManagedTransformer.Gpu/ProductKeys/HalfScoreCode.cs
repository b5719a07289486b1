using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Products of half queries and half keys: a matrix product per head and half in tiles of 64 queries by 64 keys. A thread has 4 x 4 of
/// them, 16 apart, so that neighbouring threads read neighbouring numbers of the tiles in shared memory. Always Float32: which keys are
/// found must not hang on a choice of precision.
/// </summary>
internal static class HalfScoreCode
{
    /// <summary>Threads of a group, and queries and keys of a tile.</summary>
    public const int GroupSize = 256, Tile = 64;

    private const int Depth = 16, Step = 16;

    // One more than the tile: a column of numbers lies in different banks.
    private const int Stride = Tile + 1;

    public static void Run(HalfScoreArguments arguments)
    {
        ArrayView<float> queries = SharedMemory.Allocate<float>(Depth * Stride), keys = SharedMemory.Allocate<float>(Depth * Stride);
        int thread = Group.IdxX, x = thread & (Step - 1), y = thread >> 4, part = Grid.IdxZ, half = arguments.Half;
        int firstKey = Grid.IdxX * Tile, firstRow = Grid.IdxY * Tile;
        float a0 = 0, a1 = 0, a2 = 0, a3 = 0, b0 = 0, b1 = 0, b2 = 0, b3 = 0;
        float c0 = 0, c1 = 0, c2 = 0, c3 = 0, d0 = 0, d1 = 0, d2 = 0, d3 = 0;
        for (int depth = 0; depth < half; depth += Depth)
        {
            for (int i = 0; i < Tile; i += Step)
            {
                int row = firstRow + y + i, key = firstKey + y + i;
                bool isInside = depth + x < half;
                queries[(x * Stride) + y + i] = isInside && row < arguments.Rows
                    ? arguments.Query[(((((long)row * arguments.Heads) << 1) + part) * half) + depth + x]
                    : 0;
                keys[(x * Stride) + y + i] = isInside && key < arguments.KeyCount
                    ? arguments.Keys[((((long)part * arguments.KeyCount) + key) * half) + depth + x]
                    : 0;
            }

            Group.Barrier();
            for (int k = 0; k < Depth; k++)
            {
                int q = (k * Stride) + y, p = (k * Stride) + x;
                float q0 = queries[q], q1 = queries[q + Step], q2 = queries[q + (2 * Step)], q3 = queries[q + (3 * Step)];
                float k0 = keys[p], k1 = keys[p + Step], k2 = keys[p + (2 * Step)], k3 = keys[p + (3 * Step)];
                a0 += q0 * k0;
                a1 += q0 * k1;
                a2 += q0 * k2;
                a3 += q0 * k3;
                b0 += q1 * k0;
                b1 += q1 * k1;
                b2 += q1 * k2;
                b3 += q1 * k3;
                c0 += q2 * k0;
                c1 += q2 * k1;
                c2 += q2 * k2;
                c3 += q2 * k3;
                d0 += q3 * k0;
                d1 += q3 * k1;
                d2 += q3 * k2;
                d3 += q3 * k3;
            }

            Group.Barrier();
        }

        Store(arguments, firstRow + y, firstKey + x, a0, a1, a2, a3);
        Store(arguments, firstRow + y + Step, firstKey + x, b0, b1, b2, b3);
        Store(arguments, firstRow + y + (2 * Step), firstKey + x, c0, c1, c2, c3);
        Store(arguments, firstRow + y + (3 * Step), firstKey + x, d0, d1, d2, d3);
    }

    private static void Store(HalfScoreArguments arguments, int row, int key, float s0, float s1, float s2, float s3)
    {
        if (row >= arguments.Rows)
        {
            return;
        }

        long first = ((((long)row * arguments.Heads) << 1) + Grid.IdxZ) * arguments.KeyCount;
        Store(arguments, first, key, s0);
        Store(arguments, first, key + Step, s1);
        Store(arguments, first, key + (2 * Step), s2);
        Store(arguments, first, key + (3 * Step), s3);
    }

    private static void Store(HalfScoreArguments arguments, long first, int key, float score)
    {
        if (key < arguments.KeyCount)
        {
            arguments.Scores[first + key] = score;
        }
    }
}

using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// The k largest of rows: a group sorts chunks of rows in shared memory and keeps the best k of each. Where rows have more than one chunk,
/// what is kept are the candidates of another round, so that a single long row is spread over many groups.
/// </summary>
internal static class TopKCode
{
    /// <summary>Keys that a group sorts at once: 16 KiB of shared memory.</summary>
    public const int Capacity = 2048;

    /// <summary>Threads of a group.</summary>
    public const int GroupSize = 256;

    public static void Run(TopKArguments arguments)
    {
        ArrayView<ulong> keys = SharedMemory.Allocate<ulong>(Capacity);
        int size = 1 << arguments.ChunkBits, count = arguments.PerGroup << arguments.ChunkBits;
        long firstChunk = (long)Grid.IdxX * arguments.PerGroup;
        for (int i = Group.IdxX; i < count; i += Group.DimX)
        {
            long chunk = firstChunk + (i >> arguments.ChunkBits), row = chunk / arguments.Chunks;
            long place = ((chunk - (row * arguments.Chunks)) << arguments.ChunkBits) + (i & (size - 1));
            keys[i] = row < arguments.Rows && place < arguments.Length ? Candidate(arguments, row, (int)place) : 0UL;
        }

        Group.Barrier();
        for (int stage = 2; stage <= size; stage <<= 1)
        {
            BitonicSort.Steps(keys, count, stage, stage >> 1, 0, size - 1);
        }

        int kept = arguments.PerGroup * arguments.Kept;
        for (int i = Group.IdxX; i < kept; i += Group.DimX)
        {
            int within = i / arguments.Kept, rank = i - (within * arguments.Kept);
            long chunk = firstChunk + within;
            if (chunk < arguments.Rows * arguments.Chunks)
            {
                Keep(arguments, chunk, rank, keys[(within << arguments.ChunkBits) + rank]);
            }
        }
    }

    private static ulong Candidate(TopKArguments arguments, long row, int place)
    {
        long i = (row * arguments.Length) + place;
        return arguments.HasKeys != 0 ? arguments.Keys[i] : OrderedKey.Of(arguments.X[i], place);
    }

    private static void Keep(TopKArguments arguments, long chunk, int rank, ulong key)
    {
        long place = (chunk * arguments.Kept) + rank;
        if (arguments.Chunks > 1)
        {
            arguments.Best[place] = key;
        }
        else
        {
            int index = OrderedKey.Index(key);
            arguments.Indices[place] = index;
            arguments.Values[place] = arguments.X[(chunk * arguments.N) + index];
        }
    }
}

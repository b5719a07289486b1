using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Sorts whole rows of keys in global memory, largest first: blocks that fit shared memory there, longer distances in a kernel per step.
/// For a k so large that sorting is about what has to be done.
/// </summary>
internal static class RowSortCode
{
    /// <summary>Logarithm of the keys of a block in shared memory.</summary>
    public const int BlockBits = 11;

    /// <summary>Threads of a group that takes a block.</summary>
    public const int GroupSize = 256;

    private const int Block = 1 << BlockBits;

    /// <summary>Makes the keys and sorts every block: a group per block.</summary>
    public static void SortBlocks(RowSortArguments arguments)
    {
        ArrayView<ulong> keys = SharedMemory.Allocate<ulong>(Block);
        long first = (long)Grid.IdxX << BlockBits, row = first >> arguments.RowBits, position = first - (row << arguments.RowBits);
        for (int i = Group.IdxX; i < Block; i += Group.DimX)
        {
            int index = (int)position + i;
            keys[i] = index < arguments.N ? OrderedKey.Of(arguments.X[(row * arguments.N) + index], index) : 0UL;
        }

        Group.Barrier();
        for (int stage = 2; stage <= Block; stage <<= 1)
        {
            BitonicSort.Steps(keys, Block, stage, stage >> 1, position, (1L << arguments.RowBits) - 1);
        }

        for (int i = Group.IdxX; i < Block; i += Group.DimX)
        {
            arguments.Keys[first + i] = keys[i];
        }
    }

    /// <summary>One step of a stage over a distance of a block or more: a thread per pair.</summary>
    public static void Step(RowSortArguments arguments)
    {
        long pairs = arguments.Rows << (arguments.RowBits - 1), distance = 1L << arguments.DistanceBits,
            mask = (1L << arguments.RowBits) - 1;
        for (long pair = GridStride.First; pair < pairs; pair += GridStride.Step)
        {
            long i = (pair << 1) - (pair & (distance - 1));
            ulong a = arguments.Keys[i], b = arguments.Keys[i + distance];
            if ((a < b) == BitonicSort.IsDescending(i, arguments.Size, mask))
            {
                arguments.Keys[i] = b;
                arguments.Keys[i + distance] = a;
            }
        }
    }

    /// <summary>The steps of a stage that stay within blocks: a group per block.</summary>
    public static void FinishStage(RowSortArguments arguments)
    {
        ArrayView<ulong> keys = SharedMemory.Allocate<ulong>(Block);
        long first = (long)Grid.IdxX << BlockBits, mask = (1L << arguments.RowBits) - 1;
        for (int i = Group.IdxX; i < Block; i += Group.DimX)
        {
            keys[i] = arguments.Keys[first + i];
        }

        Group.Barrier();
        BitonicSort.Steps(keys, Block, arguments.Size, Block >> 1, first, mask);
        for (int i = Group.IdxX; i < Block; i += Group.DimX)
        {
            arguments.Keys[first + i] = keys[i];
        }
    }

    /// <summary>Values and indices of the first k keys of every row: a thread each, in strides.</summary>
    public static void Emit(RowSortArguments arguments)
    {
        long count = arguments.Rows * arguments.K;
        for (long i = GridStride.First; i < count; i += GridStride.Step)
        {
            long row = i / arguments.K;
            int index = OrderedKey.Index(arguments.Keys[(row << arguments.RowBits) + (i - (row * arguments.K))]);
            arguments.Indices[i] = index;
            arguments.Values[i] = arguments.X[(row * arguments.N) + index];
        }
    }
}

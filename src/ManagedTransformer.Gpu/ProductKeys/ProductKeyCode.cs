using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// The selection of the product-key search and the kernels of its gradients. A pair of ranks (A, B) has (A + 1) (B + 1) - 1 pairs before
/// it, so only pairs with (A + 1) (B + 1) at most the number of kept ones can be among the best.
/// </summary>
internal static class ProductKeyCode
{
    /// <summary>Threads of a group.</summary>
    public const int GroupSize = 256;

    /// <summary>
    /// The pairs of ranks that can be among the best, A in the upper and B in the lower half: one thread per A, in strides.
    /// </summary>
    public static void Pairs(ProductKeyArguments arguments)
    {
        int place = 0, next = 0;
        for (int a = (int)GridStride.First; a < arguments.Kept; a += (int)GridStride.Step)
        {
            for (; next < a; next++)
            {
                place += arguments.Kept / (next + 1);
            }

            for (int b = 0; b < arguments.Kept / (a + 1); b++)
            {
                arguments.Pairs[place + b] = (a << 16) | b;
            }
        }
    }

    /// <summary>Shared memory of a group in <see cref="SelectFew"/> and <see cref="SelectMany"/>, in elements.</summary>
    public const int FewElements = 1024, ManyElements = 6144;

    /// <summary>The best slots of an item, by one group: the best of each half, then of their pairs.</summary>
    public static void SelectFew(ProductKeyArguments arguments) => Select(arguments, SharedMemory.Allocate<ulong>(FewElements));

    /// <summary>Likewise, for so many keys or slots that fewer groups run side by side.</summary>
    public static void SelectMany(ProductKeyArguments arguments) => Select(arguments, SharedMemory.Allocate<ulong>(ManyElements));

    private static void Select(ProductKeyArguments arguments, ArrayView<ulong> shared)
    {
        int kept = arguments.Kept, size = arguments.BufferSize;
        ArrayView<ulong> buffer = shared.SubView(0, size), lists = shared.SubView(size, 2 * kept);
        long item = Grid.IdxX;
        for (int half = 0; half < 2; half++)
        {
            var scores = new HalfScoreSource { Scores = arguments.HalfScores, First = ((2 * item) + half) * arguments.KeyCount };
            BestScores.Find(scores, arguments.KeyCount, kept, buffer, size);
            for (int i = Group.IdxX; i < kept; i += Group.DimX)
            {
                lists[(half * kept) + i] = buffer[i];
            }

            Group.Barrier();
        }

        var pairs = new PairScoreSource { Lists = lists, Pairs = arguments.Pairs, Kept = kept, KeyCount = arguments.KeyCount };
        BestScores.Find(pairs, arguments.PairCount, kept, buffer, size);
        for (int i = Group.IdxX; i < kept; i += Group.DimX)
        {
            arguments.Scores[(item * kept) + i] = RankedScore.Score(buffer[i]);
            arguments.Slots[(item * kept) + i] = RankedScore.Number(buffer[i]);
        }
    }

    /// <summary>
    /// dQuery = the sum of dScore times the half key over an item's slots, in the order of ranks: a team of threads per half query (<see
    /// cref="RowTeam"/>).
    /// </summary>
    public static void QueryGradient(ProductKeyArguments arguments)
    {
        long line = RowTeam.Row(arguments.TeamBits), item = line >> 1;
        if (item >= arguments.Items)
        {
            return;
        }

        int half = (int)(line & 1);
        long keys = (((item % arguments.Heads) << 1) + half) * arguments.KeyCount;
        for (int column = RowTeam.Lane(arguments.TeamBits); column < arguments.Half; column += 1 << arguments.TeamBits)
        {
            float sum = 0;
            for (long rank = item * arguments.Kept; rank < (item + 1) * arguments.Kept; rank++)
            {
                sum += arguments.Scores[rank] * arguments.Keys[((keys + HalfKey(arguments, rank, half)) * arguments.Half) + column];
            }

            arguments.DQuery[(line * arguments.Half) + column] = sum;
        }
    }

    /// <summary>
    /// The half key and the weight of every contribution (item, half, rank) to the keys' gradient: one thread per contribution, in strides.
    /// </summary>
    public static void Contributions(ProductKeyArguments arguments)
    {
        int kept = arguments.Kept;
        for (long i = GridStride.First; i < 2 * arguments.Items * kept; i += GridStride.Step)
        {
            long line = i / kept, item = line >> 1, rank = (item * kept) + (i - (line * kept));
            int half = (int)(line & 1);
            arguments.Targets[i] = (int)((((item % arguments.Heads) << 1) + half) * arguments.KeyCount) + HalfKey(arguments, rank, half);
            arguments.Weights[i] = arguments.Scores[rank];
        }
    }

    private static int HalfKey(ProductKeyArguments arguments, long rank, int half)
    {
        int slot = arguments.Slots[rank], first = slot / arguments.KeyCount;
        return half == 0 ? first : slot - (first * arguments.KeyCount);
    }
}

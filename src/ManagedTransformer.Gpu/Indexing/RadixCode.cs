using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Stable radix sort, lowest digit first. Every group has a stretch of positions and every thread a stretch of those, so that the entries
/// of a digit keep their order if they are ordered by (group, thread, position): counts per (digit, group) and, in shared memory, per
/// (digit, thread) become running sums, that is the places behind the last entries. From there threads walk backwards. Few entries are
/// sorted by one group in one launch.
/// </summary>
internal static class RadixCode
{
    /// <summary>Counters in shared memory: threads of a group times digits.</summary>
    public const int Counters = 4096;

    /// <summary>The largest digit and the most threads of a group.</summary>
    public const int MostDigitBits = 6, MostThreads = 256;

    /// <summary>Entries that one group can sort, by digits of so many bits.</summary>
    public const int SmallCount = 2048, SmallDigitBits = 4;

    /// <summary>Threads of the only group of <see cref="Places"/>.</summary>
    public const int PlacesThreads = 256;

    // One unused counter after every 32 keeps the threads' runs of counters in different banks.
    private const int PaddedCounters = Counters + (Counters >> 5);

    /// <summary>Sorts everything by one group; a thread takes PerThread entries.</summary>
    public static void Small(RadixArguments arguments)
    {
        ArrayView<int> counters = SharedMemory.Allocate<int>(PaddedCounters), totals = SharedMemory.Allocate<int>(MostThreads);
        ArrayView<int> orders = SharedMemory.Allocate<int>(2 * SmallCount);
        int thread = Group.IdxX, count = (int)arguments.Count;
        int start = Least(count, thread * arguments.PerThread), end = Least(count, start + arguments.PerThread), from = 0;
        for (int i = start; i < end; i++)
        {
            orders[i] = i;
        }

        for (int pass = 0; pass < arguments.Passes; pass++)
        {
            int shift = pass * SmallDigitBits, to = SmallCount - from;
            Clear(counters, SmallDigitBits);
            for (int i = start; i < end; i++)
            {
                arguments.Keys.Reports = pass == 0 ? 1 : 0;
                counters[Counter(Digit(arguments.Keys.At(orders[from + i]), shift, SmallDigitBits), thread)]++;
            }

            ToRunningSums(counters, totals, SmallDigitBits);
            arguments.Keys.Reports = 0;
            for (int i = end - 1; i >= start; i--)
            {
                int position = orders[from + i], counter = Counter(Digit(arguments.Keys.At(position), shift, SmallDigitBits), thread);
                int place = counters[counter] - 1;
                counters[counter] = place;
                orders[to + place] = position;
            }

            Group.Barrier();
            from = to;
        }

        arguments.Keys.Reports = 0;
        for (int i = thread; i < count; i += Group.DimX)
        {
            int position = orders[from + i];
            arguments.ToKeys[i] = arguments.Keys.At(position);
            arguments.ToOrder[i] = position;
        }
    }

    /// <summary>Counts the digits of every group.</summary>
    public static void Count(RadixArguments arguments)
    {
        ArrayView<int> counts = SharedMemory.Allocate<int>(1 << MostDigitBits);
        int digits = 1 << arguments.DigitBits;
        for (int digit = Group.IdxX; digit < digits; digit += Group.DimX)
        {
            counts[digit] = 0;
        }

        Group.Barrier();
        long perGroup = (long)Group.DimX * arguments.PerThread, start = Grid.IdxX * perGroup,
            end = Least(arguments.Count, start + perGroup);
        arguments.Keys.Reports = 1;
        for (long i = start + Group.IdxX; i < end; i += Group.DimX)
        {
            Atomic.Add(ref counts[Digit(Key(arguments, i), arguments.Shift, arguments.DigitBits)], 1);
        }

        Group.Barrier();
        for (int digit = Group.IdxX; digit < digits; digit += Group.DimX)
        {
            arguments.Counts[((long)digit * arguments.Groups) + Grid.IdxX] = counts[digit];
        }
    }

    /// <summary>Turns the counts into running sums, by one group.</summary>
    public static void Places(RadixArguments arguments)
    {
        ArrayView<int> totals = SharedMemory.Allocate<int>(PlacesThreads);
        int count = arguments.Groups << arguments.DigitBits, run = (count + PlacesThreads - 1) / PlacesThreads;
        int start = Least(count, Group.IdxX * run), end = Least(count, start + run), total = 0;
        for (int i = start; i < end; i++)
        {
            total += arguments.Counts[i];
        }

        int sum = TotalBefore(totals, total);
        for (int i = start; i < end; i++)
        {
            sum += arguments.Counts[i];
            arguments.Counts[i] = sum;
        }
    }

    /// <summary>Moves the entries of every group.</summary>
    public static void Move(RadixArguments arguments)
    {
        ArrayView<int> counters = SharedMemory.Allocate<int>(PaddedCounters), totals = SharedMemory.Allocate<int>(MostThreads);
        ArrayView<int> places = SharedMemory.Allocate<int>(1 << MostDigitBits);
        int thread = Group.IdxX, bits = arguments.DigitBits;
        long start = Least(arguments.Count, GridStride.First * arguments.PerThread),
            end = Least(arguments.Count, start + arguments.PerThread);
        arguments.Keys.Reports = 0;
        Clear(counters, bits);
        for (long i = start; i < end; i++)
        {
            counters[Counter(Digit(Key(arguments, i), arguments.Shift, bits), thread)]++;
        }

        ToRunningSums(counters, totals, bits);
        for (int digit = thread; digit < 1 << bits; digit += Group.DimX)
        {
            // Both sums end with this group's last entry of the digit.
            places[digit] = arguments.Counts[((long)digit * arguments.Groups) + Grid.IdxX] - counters[Counter(digit, Group.DimX - 1)];
        }

        Group.Barrier();
        for (long i = end - 1; i >= start; i--)
        {
            int key = Key(arguments, i), digit = Digit(key, arguments.Shift, bits), counter = Counter(digit, thread);
            int last = counters[counter] - 1, place = places[digit] + last;
            counters[counter] = last;
            arguments.ToKeys[place] = key;
            arguments.ToOrder[place] = arguments.IsFirst != 0 ? (int)i : arguments.FromOrder[i];
        }
    }

    private static int Key(RadixArguments arguments, long i) => arguments.IsFirst != 0 ? arguments.Keys.At(i) : arguments.FromKeys[i];

    private static int Digit(int key, int shift, int bits) => (key >> shift) & ((1 << bits) - 1);

    private static int Counter(int digit, int thread) => Padded((digit * Group.DimX) + thread);

    private static int Padded(int counter) => counter + (counter >> 5);

    private static void Clear(ArrayView<int> counters, int bits)
    {
        for (int digit = 0; digit < 1 << bits; digit++)
        {
            counters[Counter(digit, Group.IdxX)] = 0;
        }
    }

    /// <summary>Puts in place of every counter the sum of those up to it; there are as many per thread as digits.</summary>
    private static void ToRunningSums(ArrayView<int> counters, ArrayView<int> totals, int bits)
    {
        Group.Barrier();
        int first = Group.IdxX << bits, total = 0;
        for (int i = first; i < first + (1 << bits); i++)
        {
            total += counters[Padded(i)];
        }

        int sum = TotalBefore(totals, total);
        for (int i = first; i < first + (1 << bits); i++)
        {
            sum += counters[Padded(i)];
            counters[Padded(i)] = sum;
        }

        Group.Barrier();
    }

    /// <summary>The sum of the totals of all threads before this one.</summary>
    private static int TotalBefore(ArrayView<int> totals, int total)
    {
        int thread = Group.IdxX;
        totals[thread] = total;
        for (int distance = 1; distance < Group.DimX; distance <<= 1)
        {
            Group.Barrier();
            int before = thread >= distance ? totals[thread - distance] : 0;
            Group.Barrier();
            totals[thread] += before;
        }

        return totals[thread] - total;
    }

    private static int Least(int a, int b) => a < b ? a : b;

    private static long Least(long a, long b) => a < b ? a : b;
}

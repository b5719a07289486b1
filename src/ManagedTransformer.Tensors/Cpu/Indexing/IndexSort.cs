using System.Numerics;
using System.Runtime.CompilerServices;

namespace ManagedTransformer.Tensors.Cpu.Indexing;

/// <summary>
/// Stable sort of indices by radix, lowest digit first. Every chunk of positions counts its digits; sums over (digit, chunk) give each
/// chunk the places that its entries move to, so the chunks move them independently and the result depends on nothing but the input.
/// </summary>
internal static unsafe class IndexSort
{
    private const int MostDigitBits = 11;
    private const long ShortestChunk = 8192, MostChunks = 32;

    public static void Run(int* indices, int limit, int* sorted, int* order, long count)
    {
        if (count == 0)
        {
            return;
        }

        int bits = Math.Max(1, BitOperations.Log2((uint)Math.Max(1, limit - 1)) + 1), passes = (bits + MostDigitBits - 1) / MostDigitBits;
        long chunks = Math.Clamp(count / ShortestChunk, 1, MostChunks);
        int digitBits = (bits + passes - 1) / passes, digits = 1 << digitBits;

        // Two buffers of entries of 64 bits, and a count of every digit for every chunk.
        using var scratch = new PooledScratch((4 * count) + (chunks * digits));
        var job = new Pass
        {
            Indices = indices,
            From = (ulong*)scratch.Floats,
            To = (ulong*)scratch.Floats + count,
            Places = (int*)(scratch.Floats + (4 * count)),
            Sorted = sorted,
            Order = order,
            Count = count,
            Chunk = (count + chunks - 1) / chunks,
            Digits = digits,
        };
        for (int pass = 0; pass < passes; pass++)
        {
            job.Shift = 32 + (pass * digitBits);
            job.IsFirst = pass == 0;
            job.IsLast = pass == passes - 1;
            job.Moves = false;
            WorkerPool.Shared.Run((int)chunks, ref job);
            ToPlaces(job.Places, digits, chunks);
            job.Moves = true;
            WorkerPool.Shared.Run((int)chunks, ref job);
            ulong* moved = job.To;
            job.To = job.From;
            job.From = moved;
        }
    }

    private static void ToPlaces(int* counts, int digits, long chunks)
    {
        int place = 0;
        for (int digit = 0; digit < digits; digit++)
        {
            for (long chunk = 0; chunk < chunks; chunk++)
            {
                int* at = counts + (chunk * digits) + digit;
                (*at, place) = (place, place + *at);
            }
        }
    }

    /// <summary>
    /// Counts the digits of a chunk, or moves its entries. An entry holds the index in its upper and the position in its lower half; the
    /// first pass makes entries of the indices, the last one writes what they hold.
    /// </summary>
    private struct Pass : IWorkerJob
    {
        public bool Moves, IsFirst, IsLast;
        public int* Indices, Sorted, Order, Places;
        public ulong* From, To;
        public long Count, Chunk;
        public int Digits, Shift;

        public readonly void Execute(int chunk)
        {
            long start = chunk * Chunk, end = Math.Min(Count, start + Chunk);
            int* places = Places + (chunk * (long)Digits);
            if (Moves)
            {
                Move(start, end, places);
                return;
            }

            new Span<int>(places, Digits).Clear();
            if (IsFirst)
            {
                CountDigits((uint*)Indices, 1, start, end, Shift - 32, Digits - 1, places);
            }
            else
            {
                CountDigits((uint*)From + 1, 2, start, end, Shift - 32, Digits - 1, places);
            }
        }

        // Loops over locals: through fields, which the stores might change, every entry would read them anew.
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private static void CountDigits(uint* indices, nint step, long start, long end, int shift, int mask, int* counts)
        {
            for (long i = start; i < end; i++)
            {
                counts[(indices[i * step] >> shift) & (uint)mask]++;
            }
        }

        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private readonly void Move(long start, long end, int* places)
        {
            ulong* from = From, to = To;
            uint* indices = (uint*)Indices;
            int* sorted = Sorted, order = Order;
            int shift = Shift;
            uint mask = (uint)(Digits - 1);
            bool isFirst = IsFirst, isLast = IsLast;
            for (long i = start; i < end; i++)
            {
                ulong entry = isFirst ? ((ulong)indices[i] << 32) | (uint)i : from[i];
                int place = places[(uint)(entry >> shift) & mask]++;
                if (isLast)
                {
                    (sorted[place], order[place]) = ((int)(entry >> 32), (int)entry);
                }
                else
                {
                    to[place] = entry;
                }
            }
        }
    }
}

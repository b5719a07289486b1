using System.Numerics;

namespace ManagedTransformer.Tensors.Cpu.Indexing;

/// <summary>
/// Stable sort of indices by radix, lowest digit first. Every chunk of positions counts its digits; sums over (digit, chunk) give each chunk the places
/// that its entries move to, so the chunks move them independently and the result depends on nothing but the input.
/// </summary>
internal static unsafe class IndexSort
{
    private const int MostDigitBits = 11;
    private const long ShortestChunk = 8192, MostChunks = 32;

    public static void Run(int* indices, int limit, int* sorted, int* order, long count)
    {
        if (count == 0)
            return;
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
            Count = count,
            Chunk = (count + chunks - 1) / chunks,
            Digits = digits,
        };
        job.Stage = Stage.Read;
        WorkerPool.Shared.Run((int)chunks, ref job);
        for (int pass = 0; pass < passes; pass++)
        {
            job.Shift = 32 + (pass * digitBits);
            job.Stage = Stage.CountDigits;
            WorkerPool.Shared.Run((int)chunks, ref job);
            ToPlaces(job.Places, digits, chunks);
            job.Stage = Stage.Move;
            WorkerPool.Shared.Run((int)chunks, ref job);
            ulong* moved = job.To;
            job.To = job.From;
            job.From = moved;
        }

        job.Sorted = sorted;
        job.Order = order;
        job.Stage = Stage.Write;
        WorkerPool.Shared.Run((int)chunks, ref job);
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

    private enum Stage
    {
        Read,
        CountDigits,
        Move,
        Write,
    }

    /// <summary>One stage for all chunks. An entry holds the index in its upper and the position in its lower half.</summary>
    private struct Pass : IWorkerJob
    {
        public Stage Stage;
        public int* Indices, Sorted, Order, Places;
        public ulong* From, To;
        public long Count, Chunk;
        public int Digits, Shift;

        public readonly void Execute(int chunk)
        {
            long start = chunk * Chunk, end = Math.Min(Count, start + Chunk);
            int* places = Places + (chunk * (long)Digits);
            switch (Stage)
            {
                case Stage.Read:
                    for (long i = start; i < end; i++)
                        From[i] = ((ulong)(uint)Indices[i] << 32) | (uint)i;
                    break;
                case Stage.CountDigits:
                    new Span<int>(places, Digits).Clear();
                    for (long i = start; i < end; i++)
                        places[Digit(From[i])]++;
                    break;
                case Stage.Move:
                    for (long i = start; i < end; i++)
                        To[places[Digit(From[i])]++] = From[i];
                    break;
                default:
                    for (long i = start; i < end; i++)
                        (Sorted[i], Order[i]) = ((int)(From[i] >> 32), (int)From[i]);
                    break;
            }
        }

        private readonly uint Digit(ulong entry) => (uint)(entry >> Shift) & (uint)(Digits - 1);
    }
}

using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Cpu.Random;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>The factors that dropout puts on a tile of weights [keys, 2 vectors of queries]: 0, or 1 / (1 - p).</summary>
internal static unsafe class AttentionDropout
{
    /// <summary>Fills the parts of a tile that are seen; <paramref name="firstKey"/> is a multiple of 4.</summary>
    public static void Fill<TOps, TVector>(in AttentionArguments arguments, int pair, int firstQuery, int queries, int firstKey,
        StripParts parts, float* factors)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        long firstElement = ((((long)pair * arguments.QueryLength) + firstQuery) * arguments.KeyLength) + firstKey;
        if (arguments.KeyLength % 4 == 0)
        {
            FillBlocks<TOps, TVector>(arguments, firstElement, parts, factors);
        }
        else
        {
            FillQueries(arguments, firstElement, queries, parts.Keys, factors, 2 * TOps.Count);
        }
    }

    // Rows of weights begin at a multiple of 4 elements: one Philox block holds the same four keys for every query,
    // so that lanes are queries.
    private static void FillBlocks<TOps, TVector>(in AttentionArguments arguments, long firstElement, StripParts parts, float* factors)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged
    {
        TVector kept = TOps.Broadcast(1 / (1 - arguments.Dropout)), probability = TOps.Broadcast(arguments.Dropout);
        PhiloxBlocks<TOps, TVector> words = new(arguments.DropoutKey);
        uint* low = stackalloc uint[TOps.Count], high = stackalloc uint[TOps.Count];
        long blocksPerQuery = arguments.KeyLength / 4;
        for (int vector = 0; vector < 2; vector++)
        {
            (int begin, int end) = parts.SeenBy(vector);
            long firstBlock = ((firstElement + begin) / 4) + (vector * TOps.Count * blocksPerQuery);
            for (int key = begin; key < end; key += 4, firstBlock++)
            {
                for (int lane = 0; lane < TOps.Count; lane++)
                {
                    ulong block = (ulong)(firstBlock + (lane * blocksPerQuery));
                    low[lane] = (uint)block;
                    high[lane] = (uint)(block >> 32);
                }

                TVector w0 = TOps.Load((float*)low), w1 = TOps.Load((float*)high);
                words.Words(ref w0, ref w1, out TVector w2, out TVector w3);
                float* row = factors + (((key * 2) + vector) * TOps.Count);
                TOps.Store(Factor<TOps, TVector>(w0, probability, kept), row);
                TOps.Store(Factor<TOps, TVector>(w1, probability, kept), row + (2 * TOps.Count));
                TOps.Store(Factor<TOps, TVector>(w2, probability, kept), row + (4 * TOps.Count));
                TOps.Store(Factor<TOps, TVector>(w3, probability, kept), row + (6 * TOps.Count));
            }
        }
    }

    private static void FillQueries(in AttentionArguments arguments, long firstElement, int queries, int keys, float* factors, int width)
    {
        float kept = 1 / (1 - arguments.Dropout);
        if (queries < width)
        {
            new Span<float>(factors, keys * width).Clear(); // lanes without a query: their weights are 0, and 0 times garbage may be NaN
        }

        uint* words = stackalloc uint[4];
        for (int t = 0; t < queries; t++)
        {
            long element = firstElement + ((long)t * arguments.KeyLength);
            for (int u = 0; u < keys; u++, element++)
            {
                if (u == 0 || element % 4 == 0)
                {
                    Philox.Block(arguments.DropoutKey, (ulong)element / 4, out words[0], out words[1], out words[2], out words[3]);
                }

                factors[(u * width) + t] = Philox.ToUnit(words[element % 4]) < arguments.Dropout ? 0 : kept;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Factor<TOps, TVector>(TVector word, TVector probability, TVector kept)
        where TOps : struct, IVectorOps<TVector>
        where TVector : unmanaged => TOps.AndNot(kept, TOps.Less(PhiloxBlocks<TOps, TVector>.ToUnit(word), probability));
}

using System.Runtime.CompilerServices;

namespace ManagedTransformer.Tensors.Cpu.Simd;

/// <summary>Sums of the lanes of many vectors, as many at once as a vector has lanes.</summary>
internal static unsafe class LaneSums<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>Floats that so many vectors occupy, those included that come into being while they are summed.</summary>
    public static int Room(int vectors) => (vectors + TOps.Count - 1) / TOps.Count * TOps.Count * TOps.Count;

    /// <summary>
    /// sums[i] = <see cref="IVectorOps{TVector}.Sum"/> of vector i, to the last bit. Destroys the vectors, behind which there is
    /// <see cref="Room"/>.
    /// </summary>
    public static void Run(float* vectors, int count, float* sums)
    {
        for (; count > 0; count -= TOps.Count, vectors += TOps.Count * TOps.Count, sums += TOps.Count)
        {
            // A step adds the two halves of what is left of a vector and lets the results of two vectors take turns. Vectors behind the
            // last one are garbage that meets no other. Two steps at a time: half the ways through memory.
            int half = TOps.Count / 2;
            for (; half > 1; half /= 4)
            {
                int far = half * TOps.Count;
                for (int i = 0; i < Math.Min(half / 2, count); i++)
                {
                    float* early = vectors + (i * TOps.Count), late = early + (far / 2);
                    TOps.Store(Step(Step(TOps.Load(early), TOps.Load(early + far)), Step(TOps.Load(late), TOps.Load(late + far))), early);
                }
            }

            TVector last = half == 1 ? Step(TOps.Load(vectors), TOps.Load(vectors + TOps.Count)) : TOps.Load(vectors);
            VectorTail<TOps, TVector>.StoreUpTo(last, sums, count);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector Step(TVector a, TVector b) => TOps.Add(TOps.InterleaveLower(a, b), TOps.InterleaveUpper(a, b));
}

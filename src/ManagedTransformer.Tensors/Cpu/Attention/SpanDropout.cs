using ManagedTransformer.Tensors.Cpu.Random;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>The factors that dropout puts on the weights of one query: 0, or 1 / (1 - p).</summary>
/// <param name="arguments">The problem.</param>
/// <param name="slots">Slots of the head's window.</param>
/// <param name="memory"><see cref="Size"/> floats.</param>
internal readonly unsafe struct SpanDropout<TOps, TVector>(SpanArguments arguments, int slots, float* memory)
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    // Window slots count down from here with their distance, persistent slots count up: both lie side by side in one order.
    private const long Middle = 1L << 31;

    /// <summary>Factors of the window's slots, and as many more as fill up the last vector.</summary>
    public float* Window => memory + ((Middle - slots) % GroupSize);

    public float* PersistentSlots => Window + slots;

    private static int GroupSize => PhiloxBlocks<TOps, TVector>.GroupSize;

    /// <summary>Floats that the factors need.</summary>
    public static int Size(int slots, int persistent) => slots + persistent + (4 * GroupSize);

    /// <summary>Computes the factors of a query.</summary>
    public void Fill(long query)
    {
        TVector kept = TOps.Broadcast(1 / (1 - arguments.Dropout)), probability = TOps.Broadcast(arguments.Dropout);
        PhiloxBlocks<TOps, TVector> words = new(arguments.DropoutKey);
        ulong group = (ulong)((query << 32) + Middle - slots) / (ulong)GroupSize;
        float* end = PersistentSlots + arguments.Persistent + TOps.Count;
        for (float* factors = memory; factors < end; factors += GroupSize, group++)
        {
            words.Group(group, out TVector w0, out TVector w1, out TVector w2, out TVector w3);
            TOps.Store(Factor(w0, probability, kept), factors);
            TOps.Store(Factor(w1, probability, kept), factors + TOps.Count);
            TOps.Store(Factor(w2, probability, kept), factors + (2 * TOps.Count));
            TOps.Store(Factor(w3, probability, kept), factors + (3 * TOps.Count));
        }
    }

    /// <summary>Multiplies weights.</summary>
    public static void Apply(float* weights, float* factors, int count)
    {
        for (int i = 0; i < count; i += TOps.Count)
        {
            TOps.Store(TOps.Multiply(TOps.Load(weights + i), TOps.Load(factors + i)), weights + i);
        }
    }

    private static TVector Factor(TVector word, TVector probability, TVector kept) =>
        TOps.AndNot(kept, TOps.Less(PhiloxBlocks<TOps, TVector>.ToUnit(word), probability));
}

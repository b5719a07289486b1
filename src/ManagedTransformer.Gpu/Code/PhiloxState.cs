using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Gpu;

/// <summary>Words and keys of a block between two rounds of <see cref="Philox"/>.</summary>
internal struct PhiloxState
{
    public PhiloxWords Words;
    public uint Key0, Key1;

    /// <summary>Before the first round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxState Start(ulong seed, ulong sequence, ulong block)
    {
        PhiloxState state;
        state.Words = PhiloxWords.Of((uint)block, (uint)(block >> 32), (uint)sequence, (uint)(sequence >> 32));
        state.Key0 = (uint)seed;
        state.Key1 = (uint)(seed >> 32);
        return state;
    }

    /// <summary>Behind one more round.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static PhiloxState Round(PhiloxState state)
    {
        PhiloxWords words = state.Words;
        ulong a = (ulong)Philox.MultiplierA * words.W0, b = (ulong)Philox.MultiplierB * words.W2;
        state.Words = PhiloxWords.Of(
            (uint)(b >> 32) ^ words.W1 ^ state.Key0, (uint)b, (uint)(a >> 32) ^ words.W3 ^ state.Key1, (uint)a);
        state.Key0 += Philox.WeylA;
        state.Key1 += Philox.WeylB;
        return state;
    }
}

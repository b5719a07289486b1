using ManagedTransformer.Tensors;

namespace ManagedTransformer.Gpu;

/// <summary><see cref="Philox"/> inside kernels: the same words as on the CPU.</summary>
internal static class GpuPhilox
{
    /// <summary>The words of a block of a sequence; element e of the sequence is word e % 4 of block e / 4.</summary>
    public static PhiloxWords Block(ulong seed, ulong sequence, ulong block)
    {
        PhiloxState state = PhiloxState.Start(seed, sequence, block);
        for (int round = 0; round < Philox.Rounds; round++)
        {
            state = PhiloxState.Round(state);
        }

        return state.Words;
    }

    /// <summary>The upper 24 bits of a word as a number in [0, 1).</summary>
    public static float ToUnit(uint word) => (word >> 8) * (1f / 16777216f);
}

using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Dropout of a lane's weights. Which of them are kept is one number of 16 bits, four to a row of the block: factors of them all, and the
/// code that makes them, would not fit into registers beside the results.
/// </summary>
internal struct TensorDropout
{
    public uint Kept;
    public float Factor;

    /// <summary>
    /// Owned rows are queries, of which the lane's first one is given; streamed rows are keys from <paramref name="key"/>
    /// on.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorDropout OfQueries(AttentionArguments arguments, int pair, int key, int query)
    {
        long first = ((((long)pair * arguments.QueryLength) + query) * arguments.KeyLength) + key + TensorScores.Column;
        return OfQueries(arguments.Dropout, first, arguments.KeyLength);
    }

    /// <summary>The same by the numbers of weights.</summary>
    /// <param name="dropout">Dropout.</param>
    /// <param name="first">The number of the lane's first weight; that of the next key is one more.</param>
    /// <param name="stride">From the number of a weight to that of the next query with the same key.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorDropout OfQueries(WeightDropout dropout, long first, long stride)
    {
        TensorDropout kept = None();
        if (dropout.Probability > 0)
        {
            kept.Kept = 0;
            kept.Factor = dropout.Kept;
            for (int i = 0; TensorRows.IsRolled(i < 8); i++)
            {
                kept.Kept |= Pair(dropout, first + ((i >> 1) * 8) + ((i & 1) * 8 * stride)) << (2 * i);
            }
        }

        return kept;
    }

    /// <summary>Owned rows are keys, of which the lane's first one is given; streamed rows are queries.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorDropout OfKeys(AttentionArguments arguments, int pair, int key, int query)
    {
        long first = ((((long)pair * arguments.QueryLength) + query + TensorScores.Column) * arguments.KeyLength) + key;
        return OfKeys(arguments.Dropout, first, arguments.KeyLength);
    }

    /// <summary>The same by the numbers of weights, as <see cref="OfQueries(WeightDropout, long, long)"/> has them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorDropout OfKeys(WeightDropout dropout, long first, long stride)
    {
        TensorDropout kept = None();
        if (dropout.Probability > 0)
        {
            kept.Kept = 0;
            kept.Factor = dropout.Kept;
            for (int i = 0; TensorRows.IsRolled(i < 16); i++)
            {
                long element = first + ((((i >> 2) * 8) + (i & 1)) * stride) + ((i & 2) * 4);
                PhiloxWords words = Block(dropout, element >> 2);
                kept.Kept |= Keeps(dropout, PhiloxWords.Word(words, (int)element & 3)) << i;
            }
        }

        return kept;
    }

    /// <summary>The factors of a row of the block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Quad Row(TensorDropout dropout, int row)
    {
        uint kept = dropout.Kept >> (4 * row);
        return Quad.Of(
            (kept & 1) != 0 ? dropout.Factor : 0, (kept & 2) != 0 ? dropout.Factor : 0, (kept & 4) != 0 ? dropout.Factor : 0,
            (kept & 8) != 0 ? dropout.Factor : 0);
    }

    /// <summary>The factors of all weights.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock Factors(TensorDropout dropout) =>
        QuadBlock.Of(Row(dropout, 0), Row(dropout, 1), Row(dropout, 2), Row(dropout, 3));

    private static TensorDropout None()
    {
        TensorDropout dropout;
        dropout.Kept = 0xFFFF;
        dropout.Factor = 1;
        return dropout;
    }

    // Two weights in a row, which may lie in two blocks of four.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint Pair(WeightDropout dropout, long element)
    {
        PhiloxWords words = Block(dropout, element >> 2);
        int place = (int)element & 3;
        uint first = PhiloxWords.Word(words, place), second = PhiloxWords.Word(words, place + 1);
        if (place == 3)
        {
            second = Block(dropout, (element >> 2) + 1).W0;
        }

        return Keeps(dropout, first) | (Keeps(dropout, second) << 1);
    }

    private static uint Keeps(WeightDropout dropout, uint word) => WeightDropout.Keeps(dropout, word) ? 1u : 0;

    // As GpuPhilox makes it, in a loop: unrolled, the keys of all rounds would wait in registers.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static PhiloxWords Block(WeightDropout dropout, long block)
    {
        PhiloxState state = PhiloxState.Start(dropout.Seed, dropout.Sequence, (ulong)block);
        for (int round = 0; TensorRows.IsRolled(round < Philox.Rounds); round++)
        {
            state = PhiloxState.Round(state);
        }

        return state.Words;
    }
}

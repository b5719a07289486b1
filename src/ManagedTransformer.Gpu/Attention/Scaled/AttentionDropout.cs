using System.Runtime.CompilerServices;

namespace ManagedTransformer.Gpu;

/// <summary>Dropout of a thread's weights. Rows are four keys, columns four queries.</summary>
internal static class AttentionDropout
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static QuadBlock Factors(AttentionArguments arguments, int pair, int key, int query)
    {
        long element = ((((long)pair * arguments.QueryLength) + query) * arguments.KeyLength) + key;
        return QuadBlock.Transpose(QuadBlock.Of(
            WeightDropout.Factors(arguments.Dropout, element), WeightDropout.Factors(arguments.Dropout, element + arguments.KeyLength),
            WeightDropout.Factors(arguments.Dropout, element + (2L * arguments.KeyLength)),
            WeightDropout.Factors(arguments.Dropout, element + (3L * arguments.KeyLength))));
    }
}

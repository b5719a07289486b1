using System.Runtime.CompilerServices;
using ManagedTransformer.Tensors.Kernels;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Dropout of a lane's weights by the numbers that span attention gives them (<see cref="SpanAttentionProblem.Dropout"/>).
/// </summary>
internal static class TensorSpanDropout
{
    /// <summary>Owned rows are queries, of which the lane's first one is given; streamed rows are keys or persistent slots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorDropout OfQueries(SpanArguments arguments, int pair, int row, int query, bool isWindow)
    {
        row += TensorScores.Column;
        int distance = isWindow ? arguments.Length - row + query : -row;
        return TensorDropout.OfQueries(arguments.Dropout, Number(arguments, pair, query, distance), Stride(isWindow ? 1 : 0));
    }

    /// <summary>Streamed rows are queries; the lane's first owned row has a distance from the lane's first one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TensorDropout OfRows<TRows>(SpanArguments arguments, int pair, int distance, int query)
        where TRows : struct, ITensorSpanRows => TensorDropout.OfKeys(
        arguments.Dropout, Number(arguments, pair, query + TensorScores.Column, distance), Stride(default(TRows).Step));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Number(SpanArguments arguments, int pair, int query, int distance) =>
        ((((long)pair * arguments.QueryLength) + query) << 32) + (1L << 31) - distance;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Stride(int step) => (1L << 32) - step;
}

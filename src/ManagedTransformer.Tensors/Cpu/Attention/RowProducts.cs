using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>Products of one vector with rows, for queries that come one at a time: every row is read once.</summary>
internal static unsafe class RowProducts<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>results[i] (+)= scale vector . row[first + i].</summary>
    public static void Dots(float* vector, int width, HeadRows rows, int first, int count, float scale, float* results, bool accumulate)
    {
        int i = 0;
        for (; i + 4 <= count; i += 4)
        {
            FourDots(vector, width, rows[first + i], rows.Stride, scale, results + i, accumulate);
        }

        for (; i < count; i++)
        {
            float* row = rows[first + i];
            TVector sum = TOps.Zero;
            int j = 0;
            for (; j <= width - TOps.Count; j += TOps.Count)
            {
                sum = TOps.MultiplyAdd(TOps.Load(vector + j), TOps.Load(row + j), sum);
            }

            if (j < width)
            {
                sum = TOps.MultiplyAdd(TOps.LoadFirst(vector + j, width - j), TOps.LoadFirst(row + j, width - j), sum);
            }

            results[i] = (accumulate ? results[i] : 0) + (scale * TOps.Sum(sum));
        }
    }

    /// <summary>result (+)= sum of weights[i] row[first + i]; the result has room for whole vectors.</summary>
    public static void WeightedSum(float* weights, HeadRows rows, int first, int count, int width, float* result, bool accumulate)
    {
        for (int column = 0; column < width; column += TOps.Count)
        {
            TVector sum = ColumnSum(weights, rows[first] + column, rows.Stride, count, Math.Min(TOps.Count, width - column));
            TOps.Store(accumulate ? TOps.Add(TOps.Load(result + column), sum) : sum, result + column);
        }
    }

    private static void FourDots(float* vector, int width, float* row, nint stride, float scale, float* results, bool accumulate)
    {
        TVector s0 = TOps.Zero, s1 = TOps.Zero, s2 = TOps.Zero, s3 = TOps.Zero;
        int j = 0;
        for (; j <= width - TOps.Count; j += TOps.Count)
        {
            TVector q = TOps.Load(vector + j);
            s0 = TOps.MultiplyAdd(q, TOps.Load(row + j), s0);
            s1 = TOps.MultiplyAdd(q, TOps.Load(row + stride + j), s1);
            s2 = TOps.MultiplyAdd(q, TOps.Load(row + (2 * stride) + j), s2);
            s3 = TOps.MultiplyAdd(q, TOps.Load(row + (3 * stride) + j), s3);
        }

        int rest = width - j;
        if (rest > 0)
        {
            TVector q = TOps.LoadFirst(vector + j, rest);
            s0 = TOps.MultiplyAdd(q, TOps.LoadFirst(row + j, rest), s0);
            s1 = TOps.MultiplyAdd(q, TOps.LoadFirst(row + stride + j, rest), s1);
            s2 = TOps.MultiplyAdd(q, TOps.LoadFirst(row + (2 * stride) + j, rest), s2);
            s3 = TOps.MultiplyAdd(q, TOps.LoadFirst(row + (3 * stride) + j, rest), s3);
        }

        results[0] = (accumulate ? results[0] : 0) + (scale * TOps.Sum(s0));
        results[1] = (accumulate ? results[1] : 0) + (scale * TOps.Sum(s1));
        results[2] = (accumulate ? results[2] : 0) + (scale * TOps.Sum(s2));
        results[3] = (accumulate ? results[3] : 0) + (scale * TOps.Sum(s3));
    }

    /// <summary>One vector of columns; four chains of additions cover their latency.</summary>
    private static TVector ColumnSum(float* weights, float* rows, nint stride, int count, int width)
    {
        TVector s0 = TOps.Zero, s1 = TOps.Zero, s2 = TOps.Zero, s3 = TOps.Zero;
        int i = 0;
        if (width == TOps.Count)
        {
            for (; i + 4 <= count; i += 4, rows += 4 * stride)
            {
                s0 = TOps.MultiplyAdd(TOps.Broadcast(weights[i]), TOps.Load(rows), s0);
                s1 = TOps.MultiplyAdd(TOps.Broadcast(weights[i + 1]), TOps.Load(rows + stride), s1);
                s2 = TOps.MultiplyAdd(TOps.Broadcast(weights[i + 2]), TOps.Load(rows + (2 * stride)), s2);
                s3 = TOps.MultiplyAdd(TOps.Broadcast(weights[i + 3]), TOps.Load(rows + (3 * stride)), s3);
            }
        }

        for (; i < count; i++, rows += stride)
        {
            s0 = TOps.MultiplyAdd(TOps.Broadcast(weights[i]), TOps.LoadFirst(rows, width), s0);
        }

        return TOps.Add(TOps.Add(s0, s1), TOps.Add(s2, s3));
    }
}

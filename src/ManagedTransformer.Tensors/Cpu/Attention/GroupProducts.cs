using System.Runtime.Intrinsics;
using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Products of two vectors with rows: <see cref="RowProducts{TOps, TVector}"/> for heads that read the same keys, where a row that was
/// loaded into a register serves twice.
/// </summary>
internal static unsafe class GroupProducts<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>results[i] = scale vector . row[first + i] for both vectors.</summary>
    public static void Dots(float* left, float* right, int width, HeadRows rows, int first, int count, float scale, float* leftResults,
        float* rightResults)
    {
        int i = 0;
        for (; i + 4 <= count; i += 4)
        {
            FourDots(left, right, width, rows[first + i], rows.Stride, scale, leftResults + i, rightResults + i);
        }

        if (i < count)
        {
            RowProducts<TOps, TVector>.Dots(left, width, rows, first + i, count - i, scale, leftResults + i, accumulate: false);
            RowProducts<TOps, TVector>.Dots(right, width, rows, first + i, count - i, scale, rightResults + i, accumulate: false);
        }
    }

    /// <summary>result += sum of weights[i] row[first + i] for both weights; the results have room for whole vectors.</summary>
    public static void AddWeightedSums(float* leftWeights, float* rightWeights, HeadRows rows, int first, int count, int width,
        float* leftResult, float* rightResult)
    {
        int column = 0;
        for (; column <= width - TOps.Count; column += TOps.Count)
        {
            AddColumn(leftWeights, rightWeights, rows[first] + column, rows.Stride, count, leftResult + column, rightResult + column);
        }

        if (column < width)
        {
            HeadRows rest = new(rows.First + column, rows.Stride);
            RowProducts<TOps, TVector>.WeightedSum(leftWeights, rest, first, count, width - column, leftResult + column, accumulate: true);
            RowProducts<TOps, TVector>.WeightedSum(rightWeights, rest, first, count, width - column, rightResult + column,
                accumulate: true);
        }
    }

    private static void FourDots(float* left, float* right, int width, float* row, nint stride, float scale, float* leftResults,
        float* rightResults)
    {
        TVector a0 = TOps.Zero, a1 = TOps.Zero, a2 = TOps.Zero, a3 = TOps.Zero;
        TVector b0 = TOps.Zero, b1 = TOps.Zero, b2 = TOps.Zero, b3 = TOps.Zero;
        int j = 0;
        for (; j <= width - TOps.Count; j += TOps.Count)
        {
            TVector a = TOps.Load(left + j), b = TOps.Load(right + j), k = TOps.Load(row + j);
            a0 = TOps.MultiplyAdd(a, k, a0);
            b0 = TOps.MultiplyAdd(b, k, b0);
            k = TOps.Load(row + stride + j);
            a1 = TOps.MultiplyAdd(a, k, a1);
            b1 = TOps.MultiplyAdd(b, k, b1);
            k = TOps.Load(row + (2 * stride) + j);
            a2 = TOps.MultiplyAdd(a, k, a2);
            b2 = TOps.MultiplyAdd(b, k, b2);
            k = TOps.Load(row + (3 * stride) + j);
            a3 = TOps.MultiplyAdd(a, k, a3);
            b3 = TOps.MultiplyAdd(b, k, b3);
        }

        int rest = width - j;
        if (rest > 0)
        {
            TVector a = TOps.LoadFirst(left + j, rest), b = TOps.LoadFirst(right + j, rest), k = TOps.LoadFirst(row + j, rest);
            a0 = TOps.MultiplyAdd(a, k, a0);
            b0 = TOps.MultiplyAdd(b, k, b0);
            k = TOps.LoadFirst(row + stride + j, rest);
            a1 = TOps.MultiplyAdd(a, k, a1);
            b1 = TOps.MultiplyAdd(b, k, b1);
            k = TOps.LoadFirst(row + (2 * stride) + j, rest);
            a2 = TOps.MultiplyAdd(a, k, a2);
            b2 = TOps.MultiplyAdd(b, k, b2);
            k = TOps.LoadFirst(row + (3 * stride) + j, rest);
            a3 = TOps.MultiplyAdd(a, k, a3);
            b3 = TOps.MultiplyAdd(b, k, b3);
        }

        StoreSums(a0, a1, a2, a3, scale, leftResults);
        StoreSums(b0, b1, b2, b3, scale, rightResults);
    }

    /// <summary>The sums of four vectors side by side: one transposition costs less than four sums across lanes.</summary>
    private static void StoreSums(TVector s0, TVector s1, TVector s2, TVector s3, float scale, float* results)
    {
        TOps.TransposeQuads(ref s0, ref s1, ref s2, ref s3);
        TVector quarters = TOps.Add(TOps.Add(s0, s1), TOps.Add(s2, s3));
        float* part = (float*)&quarters;
        Vector128<float> sum = Vector128.Load(part);
        for (int i = 4; i < TOps.Count; i += 4)
        {
            sum += Vector128.Load(part + i);
        }

        (sum * scale).Store(results);
    }

    private static void AddColumn(float* left, float* right, float* rows, nint stride, int count, float* leftResult, float* rightResult)
    {
        TVector a0 = TOps.Load(leftResult), a1 = TOps.Zero, a2 = TOps.Zero, a3 = TOps.Zero;
        TVector b0 = TOps.Load(rightResult), b1 = TOps.Zero, b2 = TOps.Zero, b3 = TOps.Zero;
        int i = 0;
        for (; i + 4 <= count; i += 4, rows += 4 * stride)
        {
            TVector v = TOps.Load(rows);
            a0 = TOps.MultiplyAdd(TOps.Broadcast(left[i]), v, a0);
            b0 = TOps.MultiplyAdd(TOps.Broadcast(right[i]), v, b0);
            v = TOps.Load(rows + stride);
            a1 = TOps.MultiplyAdd(TOps.Broadcast(left[i + 1]), v, a1);
            b1 = TOps.MultiplyAdd(TOps.Broadcast(right[i + 1]), v, b1);
            v = TOps.Load(rows + (2 * stride));
            a2 = TOps.MultiplyAdd(TOps.Broadcast(left[i + 2]), v, a2);
            b2 = TOps.MultiplyAdd(TOps.Broadcast(right[i + 2]), v, b2);
            v = TOps.Load(rows + (3 * stride));
            a3 = TOps.MultiplyAdd(TOps.Broadcast(left[i + 3]), v, a3);
            b3 = TOps.MultiplyAdd(TOps.Broadcast(right[i + 3]), v, b3);
        }

        for (; i < count; i++, rows += stride)
        {
            TVector v = TOps.Load(rows);
            a0 = TOps.MultiplyAdd(TOps.Broadcast(left[i]), v, a0);
            b0 = TOps.MultiplyAdd(TOps.Broadcast(right[i]), v, b0);
        }

        TOps.Store(TOps.Add(TOps.Add(a0, a1), TOps.Add(a2, a3)), leftResult);
        TOps.Store(TOps.Add(TOps.Add(b0, b1), TOps.Add(b2, b3)), rightResult);
    }
}

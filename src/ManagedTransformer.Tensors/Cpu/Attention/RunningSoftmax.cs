using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Softmax of two vectors of queries over keys that come block by block (Milakov and Gimelshein, "Online normalizer calculation for
/// softmax", 2018): keeps the largest score m and the sum of e^(s - m) so far; when m grows,
/// what was summed up before shrinks by e^(old m - new m).
/// </summary>
internal unsafe struct RunningSoftmax<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private TVector _maxLeft, _maxRight, _sumLeft, _sumRight;

    private static int Strip => 2 * TOps.Count;

    /// <summary>The state before the first key.</summary>
    public static RunningSoftmax<TOps, TVector> Start() => new()
    {
        _maxLeft = TOps.Broadcast(float.NegativeInfinity),
        _maxRight = TOps.Broadcast(float.NegativeInfinity),
        _sumLeft = TOps.Zero,
        _sumRight = TOps.Zero,
    };

    /// <summary>
    /// Turns a block of scores [keys, strip] into e^(s - m) in place, and corrects the outputs [rows, strip] that earlier blocks gave.
    /// </summary>
    public void Add(float* scores, StripParts parts, float* output, int outputRows)
    {
        TVector maxLeft = Largest(scores, parts, 0, _maxLeft), maxRight = Largest(scores, parts, 1, _maxRight);

        // Queries that have seen no key yet: -infinity minus itself would be NaN.
        TVector none = TOps.Broadcast(float.NegativeInfinity);
        TVector shiftLeft = TOps.AndNot(maxLeft, TOps.Equal(maxLeft, none)), shiftRight = TOps.AndNot(maxRight, TOps.Equal(maxRight, none));
        if (TOps.Any(TOps.Or(TOps.Less(_maxLeft, maxLeft), TOps.Less(_maxRight, maxRight))))
        {
            TVector left = VectorMath.ExpUpToOne<TOps, TVector>(TOps.Subtract(_maxLeft, shiftLeft)),
                right = VectorMath.ExpUpToOne<TOps, TVector>(TOps.Subtract(_maxRight, shiftRight));
            Scale(output, outputRows, left, right);
            _sumLeft = TOps.Multiply(_sumLeft, left);
            _sumRight = TOps.Multiply(_sumRight, right);
            _maxLeft = maxLeft;
            _maxRight = maxRight;
        }

        _sumLeft = TOps.Add(_sumLeft, Exponentiate(scores, parts, 0, shiftLeft));
        _sumRight = TOps.Add(_sumRight, Exponentiate(scores, parts, 1, shiftRight));
    }

    /// <summary>Divides the outputs by the sums of weights; a query that has seen no key keeps its zeros.</summary>
    public readonly void Finish(float* output, int rows)
    {
        TVector one = TOps.Broadcast(1);
        TVector left = TOps.Select(TOps.Equal(_sumLeft, TOps.Zero), one, _sumLeft),
            right = TOps.Select(TOps.Equal(_sumRight, TOps.Zero), one, _sumRight);
        Scale(output, rows, TOps.Divide(one, left), TOps.Divide(one, right));
    }

    /// <summary>The largest scores m, minus infinity where no key was seen, and the sums of e^(s - m).</summary>
    public readonly void Store(float* maxima, float* sums, int queries)
    {
        Store(_maxLeft, _maxRight, maxima, queries);
        Store(_sumLeft, _sumRight, sums, queries);
    }

    private static TVector Largest(float* scores, StripParts parts, int vector, TVector max)
    {
        (int begin, int end) = parts.SeenBy(vector);
        scores += vector * TOps.Count;
        TVector other = max;
        int u = begin;
        for (; u < end - 1; u += 2)
        {
            max = TOps.Max(max, TOps.Load(scores + (u * Strip)));
            other = TOps.Max(other, TOps.Load(scores + ((u + 1) * Strip)));
        }

        return TOps.Max(u < end ? TOps.Max(max, TOps.Load(scores + (u * Strip))) : max, other);
    }

    /// <summary>Turns a vector's scores into e^(s - shift), and gives their sum.</summary>
    private static TVector Exponentiate(float* scores, StripParts parts, int vector, TVector shift)
    {
        (int begin, int end) = parts.SeenBy(vector);
        scores += vector * TOps.Count;
        TVector sum = TOps.Zero;
        for (int u = begin; u < end; u++)
        {
            TVector weight = VectorMath.ExpUpToOne<TOps, TVector>(TOps.Subtract(TOps.Load(scores + (u * Strip)), shift));
            TOps.Store(weight, scores + (u * Strip));
            sum = TOps.Add(sum, weight);
        }

        return sum;
    }

    private static void Store(TVector left, TVector right, float* target, int queries)
    {
        TOps.StoreFirst(left, target, Math.Min(queries, TOps.Count));
        if (queries > TOps.Count)
        {
            TOps.StoreFirst(right, target + TOps.Count, queries - TOps.Count);
        }
    }

    private static void Scale(float* output, int rows, TVector left, TVector right)
    {
        for (int i = 0; i < rows; i++)
        {
            float* row = output + (i * Strip);
            TOps.Store(TOps.Multiply(TOps.Load(row), left), row);
            TOps.Store(TOps.Multiply(TOps.Load(row + TOps.Count), right), row + TOps.Count);
        }
    }
}

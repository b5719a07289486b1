using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// Gradients of the decay gates of one chunk. With P = dm * m of the weights and their gradients, E[i] = w[last, i] (k[i] . Y[i]) and c the
/// sums of lg = ln g: dc = rowsum(P) - colsum(P) - E + carry * rowsum(Q * X), to which the last position adds sum of E and carry[last]
/// &lt;S, R&gt;; d lg is the suffix sum of dc, and da = d lg (1 - g) - (colsum(P) + E) g.
/// </summary>
internal readonly unsafe struct LinearGateGradients<TOps, TVector>(int stride, ThreadScratch scratch)
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    // Gradients of c, and of the logarithm of 1 - g.
    private readonly float* _sums = scratch.Take(stride), _added = scratch.Take(stride);

    /// <summary>Numbers that the constructor takes.</summary>
    public static nint Size(int stride) => 2 * (nint)stride;

    /// <summary>Begins with the weights' part, from the lower triangle of their gradients before the decay.</summary>
    public void AddWeights(in LinearTile<TOps, TVector> tile, float* weightGradients)
    {
        new Span<float>(_added, tile.Stride).Clear();
        for (int t = 0; t < tile.Count; t++)
        {
            float* weights = tile.Weights + ((nint)t * tile.Stride), gradients = weightGradients + ((nint)t * tile.Stride);
            TVector sum = TOps.Zero;
            for (int i = 0; i <= t; i += TOps.Count)
            {
                TVector product = TOps.Multiply(TOps.Load(weights + i), TOps.Load(gradients + i));
                sum = TOps.Add(sum, product);
                TOps.Store(TOps.Add(TOps.Load(_added + i), product), _added + i);
            }

            _sums[t] = TOps.Sum(sum);
        }
    }

    /// <summary>Adds the part of the state, from the parts of dQ and dK that come through it: carry * X and w[last] * Y.</summary>
    public void AddRows(in LinearTile<TOps, TVector> tile, float* queryGradients, float* keyGradients, float stateProduct)
    {
        float total = 0;
        for (int t = 0; t < tile.Count; t++)
        {
            nint row = (nint)t * tile.KeyStride;
            float added = Dot(tile.Keys + row, keyGradients + row, tile.KeyStride);
            _added[t] += added;
            _sums[t] += Dot(tile.Queries + row, queryGradients + row, tile.KeyStride) - _added[t];
            total += added;
        }

        _sums[tile.Count - 1] += total + (tile.LastCarry * stateProduct);
    }

    /// <summary>Stores the gradients of the logits.</summary>
    public void Store(in LinearTile<TOps, TVector> tile, in LinearGradientArguments arguments, int pair, int first)
    {
        double sum = 0;
        for (int t = tile.Count - 1; t >= 0; t--)
        {
            sum += _sums[t];
            float kept = tile.Gates.Kept[t], added = tile.Gates.Added[t];
            arguments.StoreGateGradient(pair, first + t,
                arguments.Forward.IsPadding(pair, first + t) ? 0 : (float)((sum * added) - (_added[t] * kept)));
        }
    }

    private static float Dot(float* a, float* b, int count)
    {
        TVector sum = TOps.Zero;
        for (int i = 0; i < count; i += TOps.Count)
        {
            sum = TOps.MultiplyAdd(TOps.Load(a + i), TOps.Load(b + i), sum);
        }

        return TOps.Sum(sum);
    }
}

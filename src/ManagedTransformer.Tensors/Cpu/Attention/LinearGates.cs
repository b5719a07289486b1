using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// The decay gates of one chunk: with lg = ln g and c its sums within the chunk, the weights w[t, i] = e^(c[t] - c[i]) (1 - g[i]) for
/// i &lt;= t, and what is left of the state before the chunk, e^c[t]. No exponent is positive, so nothing overflows however small the
/// product of the gates is.
/// </summary>
internal readonly unsafe struct LinearGates<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    private readonly int _stride;
    private readonly float* _logits, _sums, _sumTails;

    /// <summary>Takes memory for chunks of up to <paramref name="stride"/> positions, a multiple of the vector's length.</summary>
    public LinearGates(int stride, ThreadScratch scratch)
    {
        _stride = stride;
        _logits = scratch.Take(stride);
        _sums = scratch.Take(stride);
        _sumTails = scratch.Take(stride);
        Kept = scratch.Take(stride);
        Added = scratch.Take(stride);
        Carry = scratch.Take(stride);
        Weights = scratch.Take((nint)stride * stride);
    }

    /// <summary>g, and 1 - g; 1 and 0 at padding.</summary>
    public float* Kept { get; }

    /// <inheritdoc cref="Kept"/>
    public float* Added { get; }

    /// <summary>e^c[t].</summary>
    public float* Carry { get; }

    /// <summary>w, row t; elements behind t are undefined.</summary>
    public float* Weights { get; }

    /// <summary>Numbers that the constructor takes.</summary>
    public static nint Size(int stride) => (6 * (nint)stride) + ((nint)stride * stride);

    /// <summary>Computes weights and carries of the positions from <paramref name="first"/> on.</summary>
    public void Load(in LinearArguments arguments, int pair, int first, int count)
    {
        for (int t = 0; t < count; t++)
        {
            _logits[t] = arguments.GateLogit(pair, first + t);
        }

        for (int t = 0; t < count; t += TOps.Count)
        {
            TVector logit = TOps.Load(_logits + t), opposite = TOps.Negate(logit);
            TOps.Store(VectorMath.Sigmoid<TOps, TVector>(logit), Kept + t);
            TOps.Store(VectorMath.Sigmoid<TOps, TVector>(opposite), Added + t);
            TOps.Store(VectorMath.Softplus<TOps, TVector>(opposite), _logits + t);
        }

        // The sums in two parts each, so that differences of large ones keep their digits.
        double sum = 0;
        for (int t = 0; t < count; t++)
        {
            if (arguments.IsPadding(pair, first + t))
            {
                (Kept[t], Added[t]) = (1, 0);
            }
            else
            {
                sum -= _logits[t];
            }

            _sums[t] = (float)sum;
            _sumTails[t] = (float)(sum - _sums[t]);
        }

        for (int t = 0; t < count; t += TOps.Count)
        {
            TOps.Store(VectorMath.Exp<TOps, TVector>(TOps.Load(_sums + t)), Carry + t);
        }

        for (int t = 0; t < count; t++)
        {
            LoadRow(t);
        }
    }

    private void LoadRow(int t)
    {
        TVector sum = TOps.Broadcast(_sums[t]), tail = TOps.Broadcast(_sumTails[t]);
        float* row = Weights + ((nint)t * _stride);
        for (int i = 0; i <= t; i += TOps.Count)
        {
            TVector exponent = TOps.Add(TOps.Subtract(sum, TOps.Load(_sums + i)), TOps.Subtract(tail, TOps.Load(_sumTails + i)));
            TVector decay = VectorMath.ExpUpToOne<TOps, TVector>(TOps.Min(exponent, TOps.Zero));
            TOps.Store(TOps.Multiply(decay, TOps.Load(Added + i)), row + i);
        }
    }
}

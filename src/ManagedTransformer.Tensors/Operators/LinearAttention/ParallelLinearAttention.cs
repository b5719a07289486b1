namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// <see cref="CausalLinearAttention"/> in its parallel form: m = tril(phi_q phi_k^T), y = m v / D(rowsum(m)), with the decays of gates
    /// as factors of m. It keeps [T, T] matrices and takes quadratic time: for short sequences, for comparison,
    /// and for dropout on the weights.
    /// </summary>
    /// <param name="query">phi_q, [B, T, H, K]</param>
    /// <param name="key">phi_k, [B, T, H, K]</param>
    /// <param name="value">[B, T, H, dv]</param>
    /// <param name="options">Denominator, gates, padding and carried state; no final state.</param>
    /// <param name="dropout">Probability of dropping a normalised weight, in [0, 1).</param>
    /// <param name="dropoutKey">Random numbers of the dropout.</param>
    /// <returns>[B, T, H, dv]</returns>
    /// <exception cref="ArgumentException">Shapes or options that do not fit.</exception>
    public static Tensor ParallelLinearAttention(this Tensor query, Tensor key, Tensor value, LinearAttentionOptions options = default,
        float dropout = 0, RandomKey dropoutKey = default)
    {
        RequireLinearShapes(query, key, value, options, "ParallelLinearAttention");
        int length = query.Shape[1];
        if (key.Shape[1] != length || options.FinalState != FinalState.None)
        {
            throw new ArgumentException(
                "ParallelLinearAttention: as many queries as keys and no final state are needed, "
                + $"the shapes are {query.Shape} and {key.Shape}.");
        }

        Tensor q = query.Transpose(1, 2), v = value.Transpose(1, 2);
        Tensor weights = q.MatMul(WithoutPadding(key, options.KeyPadding).Transpose(1, 2).Transpose());
        (Tensor? decay, Tensor? carry) = Decays(options, length);
        Tensor visible = LowerTriangle(length, query.Device);
        weights *= decay is null ? visible : decay * visible;
        Tensor sums = weights.Sum([-1], keepAxes: true);
        Tensor? past = null;
        if (options.State is { } state)
        {
            Tensor seen = carry is null ? q : q * carry;
            past = seen.MatMul(state.S);
            sums += seen.MatMul(state.Z.Reshape(state.Z.Shape.Insert(3, 1)));
        }

        Tensor divisor = Divisor(sums, options);
        weights /= divisor;
        Tensor y = (dropout > 0 ? weights.Dropout(dropout, dropoutKey) : weights).MatMul(v);
        return (past is null ? y : y + (past / divisor)).Transpose(1, 2);
    }

    /// <summary>
    /// Products of gates from i to t times 1 - g[i], [B, H, T, T], and from the beginning to t, [B, H, T, 1]; null without gates.
    /// </summary>
    private static (Tensor? Decay, Tensor? Carry) Decays(in LinearAttentionOptions options, int length)
    {
        if (options.Gate is not { } gate)
        {
            return (null, null);
        }

        Tensor logits = gate.Transpose(1, 2), added = (-logits).Sigmoid(), logarithms = -(-logits).Softplus();
        if (options.KeyPadding is { } padding)
        {
            Tensor kept = padding.Reshape(padding.Shape.Insert(1, 1)).Affine(-1, 1);
            (added, logarithms) = (added * kept, logarithms * kept);
        }

        Tensor sums = logarithms.CumulativeSum();
        Tensor rows = sums.Reshape(sums.Shape.Insert(3, 1)), columns = sums.Reshape(sums.Shape.Insert(2, 1));

        // Above the diagonal, which the caller clears, the exponent would be positive.
        Tensor decay = (rows - columns).Minimum(Tensor.Scalar(0, gate.Device)).Exp() * added.Reshape(added.Shape.Insert(2, 1));
        return (decay, rows.Exp());
    }

    private static Tensor LowerTriangle(int length, Device device)
    {
        float[] ones = new float[length * length];
        for (int t = 0; t < length; t++)
        {
            ones.AsSpan(t * length, t + 1).Fill(1);
        }

        return Tensor.From(ones, new Shape(length, length), device);
    }

    // Sums [B, H, T, 1].
    private static Tensor Divisor(Tensor sums, in LinearAttentionOptions options)
    {
        if (options.EpsilonFactor is { } factor)
        {
            Tensor epsilon = (factor.Detach().Transpose(1, 2) * options.Epsilon).Reshape(sums.Shape);
            return options.Denominator switch
            {
                LinearDenominator.Add => sums + epsilon,
                LinearDenominator.Clamp => sums.Maximum(epsilon),
                _ => sums.Abs().Maximum(epsilon),
            };
        }

        return options.Denominator switch
        {
            LinearDenominator.Add => sums + options.Epsilon,
            LinearDenominator.Clamp => sums.Clamp(options.Epsilon, float.PositiveInfinity),
            _ => sums.Abs().Clamp(options.Epsilon, float.PositiveInfinity),
        };
    }

    /// <summary>Keys [B, S, H, K] with zeros at padding.</summary>
    private static Tensor WithoutPadding(Tensor key, Tensor? padding) =>
        padding is null
            ? key
            : padding.Reshape(new Shape(padding.Shape[0], padding.Shape[1], 1, 1)).Select(Tensor.Scalar(0, key.Device), key);
}

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// Attention of mapped queries to all mapped keys of a sequence: y[t] = (phi_q[t]^T s) / D(phi_q[t] . z) with s = sum of
    /// phi_k[i] (x) v[i] and z = sum of phi_k[i] over all i that are not padding. Between two sequences (cross-attention) or within one.
    /// </summary>
    /// <param name="query">phi_q, [B, T, H, K]</param>
    /// <param name="key">phi_k, [B, S, H, K]</param>
    /// <param name="value">[B, S, H, dv]</param>
    /// <param name="options">Denominator, its epsilon's factors, and padding; the rest is for causal attention.</param>
    /// <returns>[B, T, H, dv]</returns>
    /// <exception cref="ArgumentException">Shapes or options that do not fit.</exception>
    public static Tensor NoncausalLinearAttention(this Tensor query, Tensor key, Tensor value, LinearAttentionOptions options = default)
    {
        RequireLinearShapes(query, key, value, options, "NoncausalLinearAttention");
        return query.ReadLinearState(LinearStateOf(key, value, options.KeyPadding), options);
    }

    /// <summary>The state of a whole sequence, which any number of queries can read (<see cref="ReadLinearState"/>).</summary>
    /// <param name="key">phi_k, [B, S, H, K]</param>
    /// <param name="value">[B, S, H, dv]</param>
    /// <param name="padding">Float32 [B, S], 1 at padding; or null.</param>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    public static LinearAttentionState LinearStateOf(Tensor key, Tensor value, Tensor? padding = null)
    {
        RequireLinearShapes(key, key, value, new LinearAttentionOptions { KeyPadding = padding }, "LinearStateOf");
        Tensor mapped = WithoutPadding(key, padding);
        return new LinearAttentionState(mapped.Permute(0, 2, 3, 1).MatMul(value.Transpose(1, 2)), mapped.Sum([1]));
    }

    /// <summary>y[t] = (phi_q[t]^T s) / D(phi_q[t] . z) for a state that stays as it is.</summary>
    /// <param name="query">phi_q, [B, T, H, K]</param>
    /// <param name="state">s [B, H, K, dv] and z [B, H, K].</param>
    /// <param name="options">The denominator.</param>
    /// <returns>[B, T, H, dv]</returns>
    /// <exception cref="ArgumentException">Shapes that do not fit.</exception>
    public static Tensor ReadLinearState(this Tensor query, LinearAttentionState state, LinearAttentionOptions options = default)
    {
        if (query.Rank != 4 || state.S.Rank != 4 || state.Z.Shape != new Shape(query.Shape[0], query.Shape[2], query.Shape[3])
            || state.S.Shape.Without(3) != state.Z.Shape)
        {
            throw new ArgumentException(
                $"ReadLinearState: query [B, T, H, K], s [B, H, K, dv] and z [B, H, K] are needed, the shapes are {query.Shape}, "
                + $"{state.S.Shape} and {state.Z.Shape}.");
        }

        if (options.EpsilonFactor is { } factor && factor.Shape != query.Shape.Without(3))
        {
            throw new ArgumentException(
                $"ReadLinearState: factors of epsilon of the shape {query.Shape.Without(3)} are needed, the shape is {factor.Shape}.");
        }

        Tensor q = query.Transpose(1, 2).Contiguous();
        Tensor sums = q.MatMul(state.Z.Reshape(state.Z.Shape.Insert(3, 1)));
        return (q.MatMul(state.S) / Divisor(sums, options)).Transpose(1, 2);
    }
}

namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// Soft mask of an attention span (Sukhbaatar et al., 2019) over the newest slots: m[c] = clip((z + 1 - d) / R + 1, 0, 1) with
    /// d = length - c, oldest slot first. Its derivative by z is 1 / R on the closed interval, bounds included, and 0 outside.
    /// </summary>
    /// <param name="span">z in tokens, any shape.</param>
    /// <param name="length">Number of slots, at least 1.</param>
    /// <param name="ramp">R, at least 1.</param>
    /// <returns>[..., length]</returns>
    /// <exception cref="ArgumentException">A length or ramp below 1.</exception>
    public static Tensor SpanMask(Tensor span, int length, int ramp)
    {
        RequireFloat(span, "SpanMask");
        if (length < 1 || ramp < 1)
        {
            throw new ArgumentException($"SpanMask: the length {length} and the ramp {ramp} must be at least 1.");
        }

        float[] distances = new float[length];
        for (int c = 0; c < length; c++)
        {
            distances[c] = length - c;
        }

        Tensor distance = Tensor.From(distances, new Shape(length), span.Device), divisor = Tensor.Scalar(ramp, span.Device);
        Tensor reach = span.Reshape(span.Shape.Insert(span.Rank, 1)) + 1;
        return ((reach - distance).Divide(divisor) + 1).Clamp(0, 1);
    }

    /// <summary>Masked weights made to sum up to 1 again, over the last axis: y = p m / (sum of p m + 1e-8).</summary>
    /// <param name="weights">p, [..., n].</param>
    /// <param name="mask">m, a shape that broadcasts with it.</param>
    public static Tensor SpanNormalize(this Tensor weights, Tensor mask)
    {
        Tensor masked = weights * mask;
        return masked / (masked.Sum([-1], keepAxes: true) + Kernels.SpanAttentionProblem.Epsilon);
    }
}

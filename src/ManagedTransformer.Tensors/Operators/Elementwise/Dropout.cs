namespace ManagedTransformer.Tensors;

public static partial class TensorOperators
{
    /// <summary>
    /// Inverted dropout (Srivastava et al., 2014): every element is zeroed with the given probability, the others are divided by
    /// 1 - probability. The mask is computed from the key, here and in backward; it is never stored.
    /// </summary>
    /// <param name="x">Any shape.</param>
    /// <param name="probability">0 (x itself is returned) up to, not including, 1.</param>
    /// <param name="key">Names the random numbers.</param>
    /// <exception cref="ArgumentOutOfRangeException">A probability outside [0, 1).</exception>
    public static Tensor Dropout(this Tensor x, float probability, RandomKey key)
    {
        if (probability is not (>= 0 and < 1))
        {
            throw new ArgumentOutOfRangeException(nameof(probability), $"Dropout: the probability {probability} is not in [0, 1).");
        }

        if (probability == 0)
        {
            return x;
        }

        RequireFloat(x, "Dropout");
        x = x.Contiguous();
        Tensor y = Tensor.EmptyLike(x);
        x.Kernels.Random.Dropout(x.Buffer, y.Buffer, x.Count, probability, key);
        return Recorder.IsNeeded(x) ? Recorder.Record(y, new DropoutRule(x, probability, key)) : y;
    }

    private sealed class DropoutRule(Tensor x, float probability, RandomKey key) : GradientRule(x)
    {
        public override void Backward(Tensor dy, GradientSink sink) => sink.Add(x, dy.Dropout(probability, key));
    }
}

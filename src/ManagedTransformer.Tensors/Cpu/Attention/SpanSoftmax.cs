using ManagedTransformer.Tensors.Cpu.Simd;

namespace ManagedTransformer.Tensors.Cpu.Attention;

/// <summary>
/// The masked softmax of one query, and its gradient. Rows have room for whole vectors; what fills up the last vector is minus infinity.
/// </summary>
internal static unsafe class SpanSoftmax<TOps, TVector>
    where TOps : struct, IVectorOps<TVector>
    where TVector : unmanaged
{
    /// <summary>
    /// Turns scores s into m e^(s - max) on the window and e^(s - max) on persistent slots;
    /// gives the largest score and the sum of all e^(s - max).
    /// </summary>
    /// <returns>The divisor: their sum, and epsilon times that of all e^(s - max).</returns>
    public static float Weigh(float* window, int slots, float* persistentSlots, int persistent, in SpanRamp<TOps, TVector> ramp,
        float epsilon, out float max, out float sum)
    {
        TVector maxima = TOps.Broadcast(float.NegativeInfinity);
        for (int c = 0; c < slots; c += TOps.Count)
        {
            maxima = TOps.Max(maxima, TOps.Load(window + c));
        }

        for (int n = 0; n < persistent; n += TOps.Count)
        {
            maxima = TOps.Max(maxima, TOps.Load(persistentSlots + n));
        }

        max = TOps.Max(maxima);

        TVector all = TOps.Zero, masked = TOps.Zero, shift = TOps.Broadcast(max);
        for (int c = 0; c < slots; c += TOps.Count)
        {
            TVector weight = VectorMath.ExpUpToOne<TOps, TVector>(TOps.Subtract(TOps.Load(window + c), shift));
            all = TOps.Add(all, weight);
            if (c < ramp.Slots)
            {
                weight = TOps.Multiply(weight, SpanRamp<TOps, TVector>.Clip(ramp.Raw(c)));
            }

            masked = TOps.Add(masked, weight);
            TOps.Store(weight, window + c);
        }

        for (int n = 0; n < persistent; n += TOps.Count)
        {
            TVector weight = VectorMath.ExpUpToOne<TOps, TVector>(TOps.Subtract(TOps.Load(persistentSlots + n), shift));
            all = TOps.Add(all, weight);
            masked = TOps.Add(masked, weight);
            TOps.Store(weight, persistentSlots + n);
        }

        sum = TOps.Sum(all);
        return TOps.Sum(masked) + (epsilon * sum);
    }

    /// <summary>
    /// Scores become weights after dropout, drop(a) with a = m w and w = e^(s - max) / normalizer; gradients of the dropped weights become
    /// those of the scores, a (drop(da) - total) - epsilon w total. Slots of the ramp add w (drop(da) - total) to
    /// <paramref name="rampGradient"/>.
    /// </summary>
    public static void Differentiate(float* scores, float* gradients, int count, in SpanRamp<TOps, TVector> ramp, in SpanShares shares,
        float* factors, ref float rampGradient)
    {
        TVector shift = TOps.Broadcast(shares.Max), inverse = TOps.Broadcast(shares.Inverse), dot = TOps.Broadcast(shares.Total);
        TVector lost = TOps.Broadcast(-shares.Epsilon * shares.Total), one = TOps.Broadcast(1f), rampSum = TOps.Zero;
        for (int c = 0; c < count; c += TOps.Count)
        {
            TVector share = TOps.Multiply(VectorMath.ExpUpToOne<TOps, TVector>(TOps.Subtract(TOps.Load(scores + c), shift)), inverse),
                weight = share;
            TVector factor = factors is null ? one : TOps.Load(factors + c);
            TVector difference = TOps.Subtract(TOps.Multiply(factor, TOps.Load(gradients + c)), dot);
            if (c < ramp.Slots)
            {
                TVector raw = ramp.Raw(c), linear = TOps.And(TOps.LessOrEqual(TOps.Zero, raw), TOps.LessOrEqual(raw, one));
                rampSum = TOps.Add(rampSum, TOps.And(TOps.Multiply(share, difference), linear));
                weight = TOps.Multiply(share, SpanRamp<TOps, TVector>.Clip(raw));
            }

            TOps.Store(TOps.Multiply(weight, factor), scores + c);
            TOps.Store(TOps.MultiplyAdd(share, lost, TOps.Multiply(weight, difference)), gradients + c);
        }

        rampGradient += TOps.Sum(rampSum);
    }
}

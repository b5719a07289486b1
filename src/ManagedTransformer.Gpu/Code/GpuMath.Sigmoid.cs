namespace ManagedTransformer.Gpu;

internal static partial class GpuMath
{
    /// <summary>tanh x = t / (t + 2) with t = e^(2x) - 1, error at most 2.5 ulp; 1 in magnitude from 9.02 on.</summary>
    public static float Tanh(float x)
    {
        float magnitude = Magnitude(x);
        magnitude = magnitude > 10f ? 10f : magnitude;
        float t = ExpMinusOne(magnitude + magnitude);
        return WithSignOf(t / (t + 2f), x);
    }

    /// <summary>1 / (1 + e^-x), error at most 2.4 ulp, without overflow on either side.</summary>
    public static float Sigmoid(float x)
    {
        float e = Exp(FromBits(Bits(x) | 0x80000000u));
        return (x < 0f ? e : 1f) / (1f + e);
    }

    /// <summary>x sigmoid(x).</summary>
    public static float Silu(float x) => x * Sigmoid(x);

    /// <summary>d silu / dx = s + x s (1 - s) with s = sigmoid(x).</summary>
    public static float SiluDerivative(float x)
    {
        float s = Sigmoid(x);
        return (x * s * (1f - s)) + s;
    }

    /// <summary>ln(1 + e^x) = max(x, 0) + ln(1 + e^-|x|), error at most 1.6 ulp.</summary>
    public static float Softplus(float x)
    {
        float e = Exp(FromBits(Bits(x) | 0x80000000u));
        return Relu(x) + LogOnePlus(e);
    }

    /// <summary>max(x, 0); NaN for NaN.</summary>
    public static float Relu(float x) => x < 0f ? 0f : x;

    /// <summary>1 above 0, else 0.</summary>
    public static float ReluDerivative(float x) => x > 0f ? 1f : 0f;
}

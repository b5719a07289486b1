namespace ManagedTransformer.Gpu;

internal static partial class GpuMath
{
    private const float InverseSqrtTwoPi = 0.398942280f;
    private const float SqrtTwoOverPi = 0.797884561f;
    private const float GeluCubic = 0.044715f;

    /// <summary>
    /// erf x = x p(x^2) / q(x^2), a minimax rational function for |x| up to 3.93 (relative error 2e-8) and 1 in magnitude beyond; error at
    /// most 6 ulp, the largest near 3.6.
    /// </summary>
    public static float Erf(float x)
    {
        float magnitude = Magnitude(x);
        magnitude = magnitude > 3.93f ? 3.93f : magnitude;
        float u = magnitude * magnitude;
        float p = Polynomial(u, 1.1283791f, 0.19078355f, 0.05279025f, 0.0037795978f, 0.00028480851f, 2.0419748e-06f);
        float q = Polynomial(u, 1f, 0.50241023f, 0.1142574f, 0.014997414f, 0.0011652102f, 3.8004113e-05f);
        float y = magnitude * p / q;
        return WithSignOf(y > 1f ? 1f : y, x);
    }

    /// <summary>x (1 + erf(x / sqrt 2)) / 2 = x Phi(x).</summary>
    public static float Gelu(float x) => x * NormalDistribution(x, out _);

    /// <summary>d gelu / dx = Phi(x) + x phi(x), with the standard normal distribution Phi and density phi.</summary>
    public static float GeluDerivative(float x)
    {
        float phi = NormalDistribution(x, out float bell);

        // The bell is 0 where x is infinite; the bound keeps infinity times 0 away.
        return (Bounded(x) * InverseSqrtTwoPi * bell) + phi;
    }

    /// <summary>x (1 + tanh(u)) / 2 = x sigmoid(2u) with u = sqrt(2/pi) (x + 0.044715 x^3).</summary>
    public static float GeluTanh(float x) => x * GeluTanhGate(x);

    /// <summary>d geluTanh / dx = s + x s (1 - s) 2u' with s = sigmoid(2u) and u' = sqrt(2/pi) (1 + 3 0.044715 x^2).</summary>
    public static float GeluTanhDerivative(float x)
    {
        // s (1 - s) is 0 beyond 12 or so; the bound keeps infinity times 0 away.
        float bounded = Bounded(x);
        float s = GeluTanhGate(bounded);
        float slope = (bounded * bounded * (6f * SqrtTwoOverPi * GeluCubic)) + (2f * SqrtTwoOverPi);
        return (bounded * slope * (1f - s) * s) + s;
    }

    /// <summary>
    /// Phi(x), and the bell e^(-x^2 / 2). The tail is Phi(-|x|) = bell p(|x|) / q(|x|) with a minimax rational function for |x| up to 14
    /// (relative error 6e-9), where the bell vanishes: no difference of nearly equal numbers spoils small results.
    /// </summary>
    private static float NormalDistribution(float x, out float bell)
    {
        bell = Exp(x * -0.5f * x);
        float a = Magnitude(x);
        a = a > 14f ? 14f : a;
        float p = Polynomial(a, 0.5f, 0.43725207f, 0.18246274f, 0.040372875f, 0.0040776609f);
        float q = Polynomial(a, 1f, 1.6723891f, 1.1992945f, 0.46743152f, 0.1012066f, 0.010221052f);
        float tail = bell * p / q;
        return x < 0f ? tail : 1f - tail;
    }

    private static float GeluTanhGate(float x) => Sigmoid(x * ((x * x * (2f * SqrtTwoOverPi * GeluCubic)) + (2f * SqrtTwoOverPi)));

    private static float Bounded(float x) => x > 100f ? 100f : x < -100f ? -100f : x;
}

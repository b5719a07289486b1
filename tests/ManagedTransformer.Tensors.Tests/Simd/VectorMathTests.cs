using System.Runtime.Intrinsics;
using ManagedTransformer.Tensors.Cpu.Simd;
using Xunit;

namespace ManagedTransformer.Tensors.Tests.Simd;

/// <summary>Elementary functions against double precision, over a sweep of all floats, denormals, infinities and NaN included.</summary>
public sealed unsafe class VectorMathTests
{
    // A prime, so that the sweep meets all kinds of low bits.
    private const uint Step = 30_011;

    private static readonly float[] _special =
    [
        0f, -0f, 1f, -1f, 0.5f, -0.5f, float.Epsilon, -float.Epsilon, 1.17549435e-38f, 1e-20f, -1e-20f, float.MaxValue, float.MinValue,
        float.PositiveInfinity, float.NegativeInfinity, float.NaN, 88.7228f, 88.73f, -87.34f, -103.97f, -104f, 9.01f, 3.92f, 3.93f, -3.94f,
    ];

    private delegate void Map(float* x, float* y);

    [Fact]
    public void ExpIsWithinOneUlp() => Check(Exp512, Exp128, Math.Exp, _ => true, 1.0);

    [Fact]
    public void LogIsWithinOneUlp() => Check(Log512, Log128, Math.Log, _ => true, 1.0);

    [Fact]
    public void TanhIsWithinThreeUlp() => Check(Tanh512, Tanh128, Math.Tanh, _ => true, 3.0);

    [Fact]
    public void SigmoidIsWithinThreeUlp() => Check(Sigmoid512, Sigmoid128, x => 1 / (1 + Math.Exp(-x)), _ => true, 3.0);

    [Fact]
    public void SiluIsWithinThreeUlp() => Check(Silu512, Silu128, x => x / (1 + Math.Exp(-x)), x => x >= -87, 3.0);

    [Fact]
    public void SoftplusIsWithinThreeUlp() =>
        Check(Softplus512, Softplus128, x => x > 40 ? x : x < -37 ? Math.Exp(x) : Math.Log(1 + Math.Exp(x)), x => x > -10 || x < -37, 3.0);

    [Fact]
    public void ErfIsWithinSixUlp() => Check(Erf512, Erf128, Erf, _ => true, 6.0);

    [Fact]
    public void SinIsWithinTwoUlpBeforeItsFirstZero() => Check(Sin512, Sin128, Math.Sin, x => Math.Abs(x) < 3 || Math.Abs(x) > 1e6, 2.0);

    [Fact]
    public void CosIsWithinTwoUlpBeforeItsFirstZero() => Check(Cos512, Cos128, Math.Cos, x => Math.Abs(x) < 1.5 || Math.Abs(x) > 1e6, 2.0);

    [Theory]
    [InlineData(10f)]
    [InlineData(1_000f)]
    [InlineData(20_000f)]
    public void SinAndCosStayAbsolutelyAccurateAtLargeAngles(float limit)
    {
        const int Count = 100_000;
        float* x = stackalloc float[16];
        float* y = stackalloc float[16];
        for (int i = 0; i < Count; i += 16)
        {
            for (int lane = 0; lane < 16; lane++)
            {
                x[lane] = limit * (((i + lane) * 2f / Count) - 1f);
            }

            Sin512(x, y);
            for (int lane = 0; lane < 16; lane++)
            {
                Assert.Equal(Math.Sin(x[lane]), y[lane], 1.2e-7);
            }

            Cos512(x, y);
            for (int lane = 0; lane < 16; lane++)
            {
                Assert.Equal(Math.Cos(x[lane]), y[lane], 1.2e-7);
            }
        }
    }

    [Fact]
    public void ActivationsKeepTheirLimits()
    {
        float infinity = float.PositiveInfinity;
        Vector512<float> x = Vector512.Create(infinity, -infinity, 1e30f, -1e30f, 0f, -0f, 200f, -200f, infinity, -infinity, 1e30f, -1e30f,
            0f, -0f, 200f, -200f);
        float[] slope = [1f, 0f, 1f, 0f, 0.5f, 0.5f, 1f, 0f];
        Vector512<float> gelu = VectorMath.GeluDerivative<Vector512Ops, Vector512<float>>(x);
        Vector512<float> geluTanh = VectorMath.GeluTanhDerivative<Vector512Ops, Vector512<float>>(x);
        Vector512<float> silu = VectorMath.SiluDerivative<Vector512Ops, Vector512<float>>(x);
        for (int i = 0; i < slope.Length; i++)
        {
            Assert.Equal(slope[i], gelu[i]);
            Assert.Equal(slope[i], geluTanh[i]);
            Assert.Equal(slope[i], silu[i], 1e-30f);
        }

        Vector512<float> value = VectorMath.Silu<Vector512Ops, Vector512<float>>(x);
        Assert.Equal(infinity, value[0]);
        Assert.InRange(value[1], -1e-35f, 0f);
        Assert.Equal(1e30f, value[2]);
        Assert.InRange(value[3], -1e-35f, 0f);
    }

    private static void Exp512(float* x, float* y) => VectorMath.Exp<Vector512Ops, Vector512<float>>(Vector512.Load(x)).Store(y);

    private static void Exp128(float* x, float* y) => VectorMath.Exp<Vector128Ops, Vector128<float>>(Vector128.Load(x)).Store(y);

    private static void Log512(float* x, float* y) => VectorMath.Log<Vector512Ops, Vector512<float>>(Vector512.Load(x)).Store(y);

    private static void Log128(float* x, float* y) => VectorMath.Log<Vector128Ops, Vector128<float>>(Vector128.Load(x)).Store(y);

    private static void Tanh512(float* x, float* y) => VectorMath.Tanh<Vector512Ops, Vector512<float>>(Vector512.Load(x)).Store(y);

    private static void Tanh128(float* x, float* y) => VectorMath.Tanh<Vector128Ops, Vector128<float>>(Vector128.Load(x)).Store(y);

    private static void Sigmoid512(float* x, float* y) => VectorMath.Sigmoid<Vector512Ops, Vector512<float>>(Vector512.Load(x)).Store(y);

    private static void Sigmoid128(float* x, float* y) => VectorMath.Sigmoid<Vector128Ops, Vector128<float>>(Vector128.Load(x)).Store(y);

    private static void Silu512(float* x, float* y) => VectorMath.Silu<Vector512Ops, Vector512<float>>(Vector512.Load(x)).Store(y);

    private static void Silu128(float* x, float* y) => VectorMath.Silu<Vector128Ops, Vector128<float>>(Vector128.Load(x)).Store(y);

    private static void Softplus512(float* x, float* y) => VectorMath.Softplus<Vector512Ops, Vector512<float>>(Vector512.Load(x)).Store(y);

    private static void Softplus128(float* x, float* y) => VectorMath.Softplus<Vector128Ops, Vector128<float>>(Vector128.Load(x)).Store(y);

    private static void Erf512(float* x, float* y) => VectorMath.Erf<Vector512Ops, Vector512<float>>(Vector512.Load(x)).Store(y);

    private static void Erf128(float* x, float* y) => VectorMath.Erf<Vector128Ops, Vector128<float>>(Vector128.Load(x)).Store(y);

    private static void Sin512(float* x, float* y) => VectorMath.Sin<Vector512Ops, Vector512<float>>(Vector512.Load(x)).Store(y);

    private static void Sin128(float* x, float* y) => VectorMath.Sin<Vector128Ops, Vector128<float>>(Vector128.Load(x)).Store(y);

    private static void Cos512(float* x, float* y) => VectorMath.Cos<Vector512Ops, Vector512<float>>(Vector512.Load(x)).Store(y);

    private static void Cos128(float* x, float* y) => VectorMath.Cos<Vector128Ops, Vector128<float>>(Vector128.Load(x)).Store(y);

    private static void Check(Map wide, Map narrow, Func<double, double> exact, Func<double, bool> covered, double limit)
    {
        float* x = stackalloc float[16];
        float* y = stackalloc float[16];
        float* z = stackalloc float[4];
        double worst = 0, worstAt = 0;
        ulong end = (1UL << 32) + (ulong)(_special.Length * (long)Step);
        for (ulong bits = 0; bits < end; bits += 16UL * Step)
        {
            for (int lane = 0; lane < 16; lane++)
            {
                ulong position = bits + ((ulong)lane * Step);
                x[lane] = position < 1UL << 32
                    ? BitConverter.UInt32BitsToSingle((uint)position)
                    : _special[(int)((position - (1UL << 32)) / Step) % _special.Length];
            }

            wide(x, y);
            for (int lane = 0; lane < 16; lane++)
            {
                if (lane % 4 == 0)
                {
                    narrow(x + lane, z);
                }

                if (System.Runtime.Intrinsics.X86.Fma.IsSupported && !float.IsNaN(y[lane]))
                {
                    Assert.Equal(BitConverter.SingleToUInt32Bits(y[lane]), BitConverter.SingleToUInt32Bits(z[lane % 4]));
                }

                if (!covered(x[lane]))
                {
                    continue;
                }

                double error = Ulps(y[lane], exact(x[lane]));
                if (error > worst)
                {
                    (worst, worstAt) = (error, x[lane]);
                }
            }
        }

        Assert.True(worst <= limit, $"error of {worst} ulp at {worstAt:R}");
    }

    private static double Ulps(float actual, double exact)
    {
        float rounded = (float)exact;
        if (float.IsNaN(rounded) || float.IsInfinity(rounded) || rounded == 0)
        {
            return rounded.Equals(actual) || (rounded == 0 && MathF.Abs(actual) <= float.Epsilon) ? 0 : double.PositiveInfinity;
        }

        if (!float.IsFinite(actual))
        {
            return double.PositiveInfinity;
        }

        float magnitude = MathF.Abs(rounded);
        double ulp = (double)MathF.BitIncrement(magnitude) - magnitude;
        return Math.Abs(actual - exact) / (double.IsInfinity(ulp) ? magnitude - (double)MathF.BitDecrement(magnitude) : ulp);
    }

    /// <summary>Maclaurin series for small arguments, a continued fraction of erfc for large ones.</summary>
    private static double Erf(double x)
    {
        double a = Math.Abs(x);
        if (double.IsNaN(x) || a > 6)
        {
            return double.IsNaN(x) ? x : Math.Sign(x);
        }

        if (a < 2.5)
        {
            double term = x, sum = x;
            for (int n = 1; n < 60; n++)
            {
                term *= -x * x / n;
                sum += term / ((2 * n) + 1);
            }

            return sum * 2 / Math.Sqrt(Math.PI);
        }

        double fraction = 0;
        for (int n = 60; n >= 1; n--)
        {
            fraction = n / 2.0 / (a + fraction);
        }

        return Math.Sign(x) * (1 - (Math.Exp(-a * a) / Math.Sqrt(Math.PI) / (a + fraction)));
    }
}

using Xunit;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// The functions that kernels call, on the host, against double precision. Here no product is fused with a sum;
/// devices that fuse them run the kernel suite.
/// </summary>
public sealed class GpuMathTests
{
    [Fact]
    public void ExponentialAndLogarithmAreWithinTwoUlp()
    {
        Assert.InRange(WorstUlp(GpuMath.Exp, Math.Exp, Range(-87, 88.7f)), 0, 1.5);
        Assert.InRange(WorstUlp(GpuMath.ExpMinusOne, x => Math.Exp(x) - 1, Range(0.01f, 88)), 0, 2);
        Assert.InRange(WorstUlp(GpuMath.Log, Math.Log, Powers(-140, 127)), 0, 1.5);
        Assert.InRange(WorstUlp(GpuMath.LogOnePlus, x => Math.Log(1 + x), Range(0.001f, 1)), 0, 2);
    }

    [Fact]
    public void SigmoidsAreWithinThreeUlp()
    {
        Assert.InRange(WorstUlp(GpuMath.Tanh, x => Math.Tanh(x), Range(-10, 10)), 0, 3);
        Assert.InRange(WorstUlp(GpuMath.Sigmoid, x => 1 / (1 + Math.Exp(-x)), Range(-80, 80)), 0, 3);
        Assert.InRange(WorstUlp(GpuMath.Softplus, x => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x))), Range(-10, 80)), 0, 2.5);
    }

    [Fact]
    public void PowersAreWithinTwoUlp()
    {
        double worst = 0;
        foreach (float a in Powers(-126, 127))
        {
            foreach (float b in new[] { 0.5f, -0.5f, 0.37f, 1.1f, -3, 7.3f, 100, -29.7f, 3e4f })
            {
                double expected = Math.Pow(a, b);
                if (expected is > 1.2e-38 and < 3.4e38)
                {
                    worst = Math.Max(worst, Ulps(GpuMath.Pow(a, b), expected));
                }
            }
        }

        Assert.InRange(worst, 0.1, 2);
    }

    [Fact]
    public void PowersHaveTheEdgeValuesOfTheRuntime()
    {
        float[] values = [0, -0f, 1, -1, 2, -2, 0.5f, -0.5f, 3, -3, float.PositiveInfinity, float.NegativeInfinity, float.NaN, 1e30f,
            -1e30f, 16777215, -16777216, 1.5f];
        foreach (float a in values)
        {
            foreach (float b in values)
            {
                float expected = MathF.Pow(a, b), actual = GpuMath.Pow(a, b);
                bool equal = float.IsFinite(expected) && expected != 0
                    ? Math.Abs(actual - expected) <= 3e-7 * Math.Abs(expected)
                    : BitConverter.SingleToInt32Bits(expected) == BitConverter.SingleToInt32Bits(actual)
                        || (float.IsNaN(expected) && float.IsNaN(actual));
                Assert.True(equal, $"{a}^{b} is {actual}, expected {expected}");
            }
        }
    }

    [Fact]
    public void SineAndCosineReduceAnglesOfAnySize()
    {
        double worst = 0;
        foreach (float x in Powers(-20, 127).Concat(Range(-13_000, 13_000)))
        {
            worst = Math.Max(worst, Math.Max(Math.Abs(GpuMath.Sin(x) - Math.Sin(x)), Math.Abs(GpuMath.Cos(x) - Math.Cos(x))));
            worst = Math.Max(worst, Math.Abs(GpuMath.Sin(-x) + Math.Sin(x)));
        }

        Assert.InRange(worst, 1e-9, 1.5e-7);
    }

    [Fact]
    public void WholeTurnsAreReducedExactly()
    {
        double worst = 0;
        for (int i = 0; i < 1 << 16; i++)
        {
            float u = i / 65536f;
            for (int quadrants = 0; quadrants < 4; quadrants++)
            {
                worst = Math.Max(worst,
                    Math.Abs(GpuMath.CosOfTurns(u, quadrants) - Math.Cos((2 * Math.PI * u) + (quadrants * Math.PI / 2))));
            }
        }

        Assert.InRange(worst, 0, 1.5e-7);
    }

    [Fact]
    public void HalvesOfANumberHaveExactProducts()
    {
        foreach (float x in Powers(-30, 30))
        {
            float upper = BitConverter.UInt32BitsToSingle(BitConverter.SingleToUInt32Bits(x) & 0xFFFFF000u), lower = x - upper;
            Assert.Equal((double)upper * upper, upper * upper);
            Assert.Equal((double)upper * lower, upper * lower);
        }
    }

    private static IEnumerable<float> Range(float low, float high)
    {
        const int Count = 200_000;
        return Enumerable.Range(0, Count + 1).Select(i => low + ((high - low) * i / Count));
    }

    private static IEnumerable<float> Powers(int low, int high) =>
        Enumerable.Range(low * 50, (high - low) * 50).Select(i => (float)(Math.Pow(2, i / 50.0) * 1.00013));

    private static double WorstUlp(Func<float, float> function, Func<double, double> exact, IEnumerable<float> arguments) =>
        arguments.Max(x => Ulps(function(x), exact(x)));

    private static double Ulps(float actual, double expected)
    {
        float nearest = MathF.Abs((float)expected);
        return Math.Abs(actual - expected) / ((double)MathF.BitIncrement(nearest) - nearest);
    }
}

using FsCheck;
using FsCheck.Xunit;
using Xunit;

namespace ManagedTransformer.Tensors.Tests.Operators;

/// <summary>Products on the processor in lower precisions.</summary>
public sealed class MatMulPrecisionTests
{
    private readonly RandomSource _random = new(11);

    [Property(MaxTest = 60)]
    public void AProductIsThatOfRoundedOperands(
        PositiveInt rows, PositiveInt inner, PositiveInt columns, bool left, bool right, bool isTf32)
    {
        (int m, int k, int n) = (1 + (rows.Get * 3 % 70), 1 + (inner.Get * 7 % 130), 1 + (columns.Get * 5 % 70));
        AssertRounded(Precision(isTf32), left ? Random(k, m) : Random(m, k), right ? Random(n, k) : Random(k, n),
            (a, b) => (left ? a.Transpose() : a).MatMul(right ? b.Transpose() : b));
    }

    [Property(MaxTest = 20)]
    public void EveryProductOfABatchIs(PositiveInt batch, PositiveInt rows, bool isShared, bool isTf32)
    {
        (int count, int m) = (1 + (batch.Get % 5), 1 + (rows.Get % 40));
        Tensor b = isShared ? Random(19, 33) : Random(count, 19, 33);
        AssertRounded(Precision(isTf32), Random(count, m, 19), b, (x, y) => x.MatMul(y));
    }

    [Theory]
    [InlineData(MatMulPrecision.Tf32)]
    [InlineData(MatMulPrecision.BFloat16)]
    public void GradientsAreProductsOfRoundedOperands(MatMulPrecision precision)
    {
        Tensor x = Random(9, 35), weight = Random(21, 35), slope = Random(9, 21);
        Gradients(x, weight, slope, precision, out float[] dx, out float[] dWeight);
        Tensor roundedX = Rounded(x, precision), roundedWeight = Rounded(weight, precision), roundedSlope = Rounded(slope, precision);
        Gradients(roundedX, roundedWeight, roundedSlope, null, out float[] exactX, out float[] exactWeight);
        Assert.Equal(exactX, dx);
        Assert.Equal(exactWeight, dWeight);
    }

    [Theory]
    [InlineData(MatMulPrecision.BFloat16, 1 + (1f / 256), 1)]
    [InlineData(MatMulPrecision.BFloat16, 1 + (3f / 256), 1 + (1f / 64))]
    [InlineData(MatMulPrecision.BFloat16, -1 - (1f / 256), -1)]
    [InlineData(MatMulPrecision.BFloat16, -2.7182818f, -2.71875f)]
    [InlineData(MatMulPrecision.BFloat16, float.MinValue, float.NegativeInfinity)]
    [InlineData(MatMulPrecision.BFloat16, float.PositiveInfinity, float.PositiveInfinity)]
    [InlineData(MatMulPrecision.BFloat16, float.NaN, float.NaN)]
    [InlineData(MatMulPrecision.Tf32, 1 + (3f / 256), 1 + (3f / 256))]
    [InlineData(MatMulPrecision.Tf32, 1 + (1f / 2048), 1 + (1f / 1024))]
    [InlineData(MatMulPrecision.Tf32, -1 - (3f / 2048), -1 - (1f / 512))]
    [InlineData(MatMulPrecision.Tf32, float.MaxValue, float.PositiveInfinity)]
    [InlineData(MatMulPrecision.Tf32, float.NaN, float.NaN)]
    public void EdgesAreRoundedAsTheFormatsHaveIt(MatMulPrecision precision, float value, float expected)
    {
        using MatMulPrecisionScope scope = new(precision);
        Assert.Equal(expected, Tensor.Full(new Shape(3, 1), value).MatMul(Tensor.Ones(new Shape(1, 20))).ToArray()[^1]);
    }

    [Fact]
    public void AnInnermostScopeDecidesAndNullChangesNothing()
    {
        Assert.Equal(MatMulPrecision.Float32, MatMulPrecisionScope.Of(Device.Cpu));
        using (new MatMulPrecisionScope(MatMulPrecision.BFloat16))
        {
            using (new MatMulPrecisionScope(MatMulPrecision.Tf32))
            {
                Assert.Equal(MatMulPrecision.Tf32, MatMulPrecisionScope.Of(Device.Cpu));
            }

            using (new MatMulPrecisionScope(null))
            {
                Assert.Equal(MatMulPrecision.BFloat16, MatMulPrecisionScope.Of(Device.Cpu));
            }

            Assert.Throws<InvalidOperationException>(() => MatMulPrecisionScope.Of(Device.Shapes));
        }

        Assert.Equal(MatMulPrecision.Float32, MatMulPrecisionScope.Of(Device.Cpu));
    }

    private static MatMulPrecision Precision(bool isTf32) => isTf32 ? MatMulPrecision.Tf32 : MatMulPrecision.BFloat16;

    private static void AssertRounded(MatMulPrecision precision, Tensor a, Tensor b, Func<Tensor, Tensor, Tensor> product)
    {
        using NoGradientScope none = new();
        float[] expected = product(Rounded(a, precision), Rounded(b, precision)).ToArray();
        using MatMulPrecisionScope scope = new(precision);
        Assert.Equal(expected, product(a, b).ToArray());
    }

    private static void Gradients(
        Tensor x, Tensor weight, Tensor slope, MatMulPrecision? precision, out float[] dx, out float[] dWeight)
    {
        using MatMulPrecisionScope scope = new(precision);
        x.RequiresGradient = weight.RequiresGradient = true;
        x.Linear(weight).Backward(slope);
        (dx, dWeight) = (x.Gradient!.ToArray(), weight.Gradient!.ToArray());
    }

    /// <summary>The values rounded in float64, where a power of two below them is one bit of the format.</summary>
    private static Tensor Rounded(Tensor x, MatMulPrecision precision)
    {
        bool isTf32 = precision == MatMulPrecision.Tf32;
        return Tensor.From(Array.ConvertAll(x.ToArray(), Round), x.Shape);

        float Round(float value)
        {
            double bit = Math.ScaleB(1, Math.ILogB(value) - (isTf32 ? 10 : 7));
            return (float)(Math.Round(value / bit, isTf32 ? MidpointRounding.AwayFromZero : MidpointRounding.ToEven) * bit);
        }
    }

    private Tensor Random(params int[] axes) => Tensor.Uniform(new Shape(axes), -1, 1, _random.NextKey());
}

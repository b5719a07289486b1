using ManagedTransformer.Tensors.Kernels;
using Xunit;

namespace ManagedTransformer.Tensors.Tests.Operators;

/// <summary>Rounding of matrices to small integers and back.</summary>
public sealed class QuantizationTests
{
    public static TheoryData<DType, int, float> Cases
    {
        get
        {
            TheoryData<DType, int, float> cases = [];
            foreach (DType type in new[] { DType.Int8, DType.Int4 })
            {
                foreach (int width in new[] { 1, 15, 31, 32, 33, 64, 100, 576 })
                {
                    foreach (float size in new[] { 1e-39f, 1e-12f, 0.02f, 1f, 1e30f })
                    {
                        cases.Add(type, width, size);
                    }
                }
            }

            return cases;
        }
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void EveryNumberIsNearItsOwn(DType type, int width, float size)
    {
        // Scales are multiples of 2^-133, the least positive BFloat16; Int4 multiplies one by up to 8.
        double smallest = Math.ScaleB(4, -133);
        Tensor x = Tensor.Normal(new Shape(7, width), 0, size, new RandomKey(1, (ulong)width));
        float[] exact = x.ToArray(), rounded = x.Cast(type).ToArray();
        for (int start = 0; start < exact.Length; start += width)
        {
            for (int group = 0; group < width; group += QuantizedMatrix.GroupSize)
            {
                int length = Math.Min(QuantizedMatrix.GroupSize, width - group);
                double largest = exact.Skip(start + group).Take(length).Max(value => Math.Abs((double)value));

                // Half a step of Int8, whose scale is at most a 128th larger than largest / 127; Int4 cuts off a part of the largest.
                double bound = type == DType.Int8 ? largest / 127 * (0.5 * (1 + (1.0 / 127))) : largest * 0.25;
                for (int i = start + group; i < start + group + length; i++)
                {
                    double error = Math.Abs(exact[i] - (double)rounded[i]);
                    Assert.True(error <= bound + smallest, $"{exact[i]} becomes {rounded[i]}, of {largest}");
                }
            }
        }
    }

    [Theory]
    [InlineData(DType.Int8, 4e-5)]
    [InlineData(DType.Int4, 7.5e-3)]
    public void TheMeanSquaredErrorOfNormalNumbersIsThatOfTheFormat(DType type, double bound)
    {
        Tensor x = Tensor.Normal(new Shape(100, 320), 0, 1, new RandomKey(1, 5));
        float[] exact = x.ToArray(), rounded = x.Cast(type).ToArray();
        double error = exact.Zip(rounded).Average(pair => Math.Pow(pair.First - pair.Second, 2));
        Assert.InRange(error, 0.3 * bound, bound);
    }

    [Theory]
    [InlineData(DType.Int8)]
    [InlineData(DType.Int4)]
    public void WhatIsRoundedAlreadyStays(DType type)
    {
        float[] once = Tensor.Normal(new Shape(5, 70), 0, 1, new RandomKey(1, 6)).Cast(type).ToArray();
        float[] twice = Tensor.From(once, new Shape(5, 70)).Cast(type).ToArray();
        Assert.All(once.Zip(twice), pair => Assert.InRange(pair.Second, pair.First - 0.02f, pair.First + 0.02f));
        Assert.Equal(new float[40], Tensor.Zeros(new Shape(1, 40)).Cast(type).ToArray());
    }

    [Theory]
    [InlineData(DType.Int8)]
    [InlineData(DType.Int4)]
    public void RowsOfARoundedMatrixAreViews(DType type)
    {
        Tensor matrix = Tensor.Normal(new Shape(9, 50), 0, 1, new RandomKey(1, 7)).Cast(type);
        float[] all = matrix.ToArray();
        Assert.Equal(all[150..300], matrix.Slice(0, 3, 3).ToArray());
        Assert.Equal(all[100..150], matrix.Embedding(Tensor.From([2], new Shape(1))).ToArray());
        Assert.Throws<InvalidOperationException>(() => matrix.Transpose().Contiguous());
        Assert.Throws<InvalidOperationException>(() => matrix.Reshape(new Shape(18, 25)).ToArray());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    public void NumbersThatAreNotFiniteAreRefused(float value)
    {
        float[] values = new float[40];
        values[37] = value;
        Assert.Contains("finite", Assert.Throws<ArgumentException>(() => Tensor.From(values, new Shape(1, 40)).Cast(DType.Int8)).Message,
            StringComparison.Ordinal);
    }
}

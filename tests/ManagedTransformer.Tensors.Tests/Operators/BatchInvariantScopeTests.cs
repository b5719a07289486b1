using FsCheck;
using FsCheck.Xunit;
using Xunit;

namespace ManagedTransformer.Tensors.Tests.Operators;

/// <summary>What a row gets in a scope does not depend on the rows beside it.</summary>
public sealed class BatchInvariantScopeTests
{
    private readonly RandomSource _random = new(5);

    [Property(MaxTest = 40)]
    public void RowsOfALinearMapAreThoseOfRowsAlone(PositiveInt rows, PositiveInt inputs, PositiveInt outputs, byte type)
    {
        DType stored = new[] { DType.Float32, DType.BFloat16, DType.Int8, DType.Int4 }[type % 4];
        (int m, int k, int n) = (1 + (rows.Get % 40), 1 + (inputs.Get * 7 % 300), 1 + (outputs.Get * 5 % 90));
        Tensor weight = Random(n, k), bias = Random(n);
        weight = stored == DType.Float32 ? weight : weight.Cast(stored);
        AssertRowsAlone(Random(m, k), x => x.Linear(weight, bias, Activation.Gelu));
    }

    [Property(MaxTest = 20)]
    public void RowsOfAnAdaptedMapAreThoseOfRowsAlone(PositiveInt rows, PositiveInt inputs)
    {
        (int m, int k, int n, int rank) = (1 + (rows.Get % 20), 1 + (inputs.Get * 7 % 100), 33, 3);
        (Tensor weight, Tensor down, Tensor up) = (Random(n, k), Random(rank, k), Random(20, rank));
        AssertRowsAlone(Random(m, k), x => x.AdaptedLinear(weight, null, new LowRankUpdate(x, down, up, 0.5f, 4)));
    }

    [Property(MaxTest = 20)]
    public void RowsOfAMatrixProductAreThoseOfRowsAlone(PositiveInt rows, bool turned)
    {
        int m = 1 + (rows.Get % 30);
        Tensor right = turned ? Random(31, 70).Transpose() : Random(70, 31);
        AssertRowsAlone(Random(m, 70), x => x.MatMul(right));
    }

    [Property(MaxTest = 20)]
    public void RowsOfHeadwiseMapsAreThoseOfRowsAlone(PositiveInt rows)
    {
        int m = 1 + (rows.Get % 30);
        (Tensor weight, Tensor bias) = (Random(3, 9, 20), Random(3, 9));
        AssertRowsAlone(Random(m, 1, 3, 20), x => x.HeadwiseLinear(weight, bias));
    }

    [Fact]
    public void RowsOfAProductKeySearchAreThoseOfRowsAlone()
    {
        Tensor keys = Random(2, 2, 37, 50);
        AssertRowsAlone(Random(19, 2, 100), x => x.ProductKeyTopK(keys, 5).Scores);
    }

    [Fact]
    public void ItEndsWhereItIsClosed()
    {
        Assert.False(BatchInvariantScope.IsOpen);
        using (new BatchInvariantScope())
        {
            using (new BatchInvariantScope())
            {
                Assert.True(BatchInvariantScope.IsOpen);
            }

            Assert.True(BatchInvariantScope.IsOpen);
        }

        Assert.False(BatchInvariantScope.IsOpen);
    }

    private static void AssertRowsAlone(Tensor x, Func<Tensor, Tensor> map)
    {
        using NoGradientScope none = new();
        Tensor all;
        using (new BatchInvariantScope())
        {
            all = map(x);
        }

        for (int row = 0; row < x.Shape[0]; row++)
        {
            Assert.Equal(map(x.Slice(0, row, 1).Contiguous()).ToArray(), all.Slice(0, row, 1).ToArray());
        }
    }

    private Tensor Random(params int[] axes) => Tensor.Uniform(new Shape(axes), -1, 1, _random.NextKey());
}

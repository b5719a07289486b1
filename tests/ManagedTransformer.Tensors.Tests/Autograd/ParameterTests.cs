using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>Parameters that are ranges of rows of a packed one, and gradients of single rows.</summary>
public sealed class ParameterTests
{
    private static readonly float[] _weights = [1, 2, 3, 4, 5, 6, 7, 8];

    [Fact]
    public void RangesShareMemoryAndGradient()
    {
        Parameter packed = new(Tensor.From(_weights, new Shape(4, 2)));
        Parameter upper = packed.Rows(0, 1), lower = packed.Rows(1, 3);
        Assert.Equal([3, 4, 5, 6, 7, 8], lower.ToArray());
        lower.Assign(lower.Detach() * 10);
        Assert.Equal([1, 2, 30, 40, 50, 60, 70, 80], packed.ToArray());
        (packed * packed).Sum().Backward();
        Assert.Equal([2, 4], upper.Gradient!.ToArray());
        Assert.Equal([60, 80, 100, 120, 140, 160], lower.Gradient!.ToArray());
    }

    [Fact]
    public void APackedParameterAndItsRangesAreRoundedTogether()
    {
        float[] weights = [1.001f, 2, 3, 4, 5, -6.02f, 7, 8], rounded = [1, 2, 3, 4, 5, -6.03125f, 7, 8];
        Parameter packed = new(Tensor.From(weights, new Shape(4, 2)));
        Parameter upper = packed.Rows(0, 1), lower = packed.Rows(1, 3);
        lower.Round();
        upper.Round();
        Assert.Equal(DType.BFloat16, upper.DType);
        Assert.Equal(rounded, packed.ToArray());
        Assert.Equal(rounded[2..], lower.ToArray());
        Tensor x = Tensor.From([1f, -1], new Shape(1, 2));
        Assert.Equal([-1, 11.03125f, -1], x.Linear(lower).ToArray());
        Assert.Equal([3, 4, 1, 2], packed.Embedding(Tensor.From([1, 0], new Shape(2))).ToArray());
        Assert.False(packed.RequiresGradient || lower.RequiresGradient);
        x.RequiresGradient = true;
        Assert.Contains("inference", Assert.Throws<InvalidOperationException>(() => x.Linear(lower)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ARangeUsedAlonePassesItsGradientToThePackedParameter()
    {
        Parameter packed = new(Tensor.From(_weights, new Shape(4, 2)));
        Parameter middle = packed.Rows(1, 2);
        Tensor x = Tensor.From([1f, -1], new Shape(1, 2));
        x.Linear(middle).Backward(Tensor.From([1f, 2], new Shape(1, 2)));
        Assert.Equal([0, 0, 1, -1, 2, -2, 0, 0], packed.Gradient!.ToArray());
        (middle * 2).Sum().Backward();
        (packed * 1).Sum().Backward();
        Assert.Equal([1, 1, 4, 2, 5, 1, 1, 1], packed.Gradient!.ToArray());
        Assert.Equal([4, 2, 5, 1], middle.Gradient!.ToArray());
        middle.ClearGradient();
        Assert.Null(packed.Gradient);
    }

    [Fact]
    public void EveryKindOfRuleDeliversToARange()
    {
        Parameter packed = new(Tensor.From(_weights, new Shape(4, 2)));
        Parameter rows = packed.Rows(2, 2);
        rows.Slice(0, 1, 1).Sum().Backward();
        rows.Embedding(Tensor.From([0, 0], new Shape(2))).Sum().Backward();
        rows.Transpose().MatMul(Tensor.Ones(new Shape(2, 1))).Sum().Backward();
        Assert.Equal([0, 0, 0, 0, 3, 3, 2, 2], packed.Gradient!.ToArray());
    }

    [Fact]
    public void LookupsCollectRowGradients()
    {
        Parameter table = new(Tensor.From(_weights, new Shape(4, 2)));
        Tensor indices = Tensor.From([3, 1, 3, 0], new Shape(4));
        Tensor weights = Tensor.From([1f, 2, 3, 4, 5, 6, 7, 8], new Shape(4, 2));
        (table.Embedding(indices, padding: 0, sparse: true) * weights).Sum().Backward();
        Assert.Null(table.Gradient);
        Assert.Equal([3, 1, 3], table.RowGradient!.Indices.ToInt32Array());
        Assert.Equal([1, 2, 3, 4, 5, 6], table.RowGradient.Values.ToArray());
        table.Embedding(Tensor.From([1], new Shape(1)), sparse: true).Sum().Backward();
        RowGradient once = table.RowGradient.Coalesce();
        Assert.Equal([1, 3], once.Indices.ToInt32Array());
        Assert.Equal([4, 5, 6, 8], once.Values.ToArray());
        table.ClearGradient();
        Assert.Null(table.RowGradient);
    }

    [Fact]
    public void PaddingSendsNoGradient()
    {
        Parameter table = new(Tensor.From(_weights, new Shape(4, 2)));
        table.Embedding(Tensor.From([1, 2, 1, 0], new Shape(2, 2)), padding: 1).Sum().Backward();
        Assert.Equal([1, 1, 0, 0, 1, 1, 0, 0], table.Gradient!.ToArray());
    }

    [Fact]
    public void NormsCountDenseAndRowGradientsTogether()
    {
        Parameter table = new(Tensor.Zeros(new Shape(3, 1)));
        (table * Tensor.From([1f, 2, 3], new Shape(3, 1))).Sum().Backward();
        table.Embedding(Tensor.From([1, 1], new Shape(2)), sparse: true).Sum().Backward();
        Assert.Equal(1 + 16 + 9, OptimizerUpdates.SquaredGradientNorms([table])[0]);
        Assert.Equal([1, 2, 3], table.Gradient!.ToArray());
    }

    [Fact]
    public void MisuseIsExplained()
    {
        Assert.Throws<ArgumentException>(() => new Parameter(Tensor.Zeros(new Shape(2, 3)).Transpose()));
        Assert.Throws<ArgumentException>(() => new Parameter(Tensor.From([1], new Shape(1))));
        Assert.Throws<ArgumentException>(() => Tensor.Zeros(new Shape(2, 2)).Embedding(Tensor.From([1], new Shape(1)), sparse: true));
    }
}

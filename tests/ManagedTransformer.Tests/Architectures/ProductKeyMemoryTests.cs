using ManagedTransformer.Architectures.ProductKeyMemory;
using ManagedTransformer.Modules;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Formulas;
using Xunit;
using Memory = ManagedTransformer.Architectures.ProductKeyMemory.ProductKeyMemory;

namespace ManagedTransformer.Tests.Architectures;

/// <summary>Properties of product-key memory layers.</summary>
public sealed class ProductKeyMemoryTests
{
    private const int Dim = 6;

    private static readonly ProductKeyMemoryConfig _small = new() { Heads = 2, NKeys = 6, KeyDim = 8, TopK = 3 };

    public static TheoryData<ProductKeyMemoryConfig> Configurations =>
    [
        _small,
        _small with { BatchNorm = false, QueryBias = false },
        _small with { QueryHidden = [7, 5], ValueDim = 4 },
        _small with { QueryHidden = [7], BatchNorm = false },
        _small with { FlatKeys = true, KeyDim = 5 },
        _small with { FlatKeys = true, SharedKeys = true, NKeys = 20 },
    ];

    [Theory]
    [MemberData(nameof(Configurations))]
    public void ParametersAreCountedWithoutBuildingTheLayer(ProductKeyMemoryConfig config)
    {
        Memory memory = new(config, Dim, new RandomSource(1));
        Assert.Equal(memory.ParameterCount, MechanismFormulas.Memory(config, Dim) + MechanismFormulas.MemoryValues(config, Dim));
        Assert.Equal(config.Slots, memory.Values.Shape[0]);
    }

    [Theory]
    [MemberData(nameof(Configurations))]
    public void RowsAreIndependentOfTheirOrderAndOfTheRankOfTheInput(ProductKeyMemoryConfig config)
    {
        Memory memory = new(config, Dim, new RandomSource(1));
        Tensor x = Input(4);
        Tensor reversed = x.IndexSelect(0, Tensor.From([3, 2, 1, 0], new Shape(4)));
        foreach (ForwardContext context in new[] { ForwardContext.Training(new RandomSource(2)), ForwardContext.Inference })
        {
            Tensor y = memory.Forward(x, context);
            Near(y, memory.Forward(reversed, context).IndexSelect(0, Tensor.From([3, 2, 1, 0], new Shape(4))));
            Near(y, memory.Forward(x.Reshape(new Shape(2, 2, Dim)), context).Reshape(y.Shape));
        }

        Tensor one = x.Slice(0, 0, 1);
        Near(memory.Forward(one, ForwardContext.Inference), memory.Forward(one.Reshape(new Shape(Dim)), ForwardContext.Inference));
    }

    [Fact]
    public void ABatchNormFoldsIntoTheMapInFrontOfIt()
    {
        Memory memory = new(_small, Dim, new RandomSource(1));
        memory.Forward(Input(20), ForwardContext.Training(new RandomSource(2)));
        Tensor x = Input(5);
        Linear folded = memory.Query.Norms[0].Fold(memory.Query.Maps[0]);
        Near(memory.Query.Forward(x, ForwardContext.Inference).Reshape(new Shape(5, 16)), folded.Forward(x));
    }

    [Fact]
    public void MaskedRowsDoNotMoveTheStatistics()
    {
        Memory masked = new(_small, Dim, new RandomSource(1)), plain = new(_small, Dim, new RandomSource(1));
        Tensor x = Input(4), mask = Tensor.From([1f, 1, 0, 1, 0], new Shape(5));
        Tensor padded = TensorOperators.Concat(0, x.Slice(0, 0, 2), x.Slice(0, 0, 1) * 100, x.Slice(0, 2, 1), x.Slice(0, 1, 1) * -50);
        masked.Read(padded, ForwardContext.Training(new RandomSource(2)), mask);
        plain.Read(x.Slice(0, 0, 3), ForwardContext.Training(new RandomSource(2)));
        Near(plain.Query.Norms[0].RunningVariance, masked.Query.Norms[0].RunningVariance);
        Assert.Throws<ArgumentException>(() => plain.Forward(x.Slice(0, 0, 1), ForwardContext.Training(new RandomSource(2))));
    }

    [Fact]
    public void RecomputingMovesTheStatisticsOnce()
    {
        Memory once = new(_small, Dim, new RandomSource(1)), twice = new(_small, Dim, new RandomSource(1));
        ForwardContext context = ForwardContext.Training(new RandomSource(2));
        once.Forward(Input(8), context).Sum().Backward();
        Input(8).Checkpoint(x => twice.Forward(x, context)).Sum().Backward();
        Assert.Equal(once.Query.Norms[0].RunningMean.ToArray(), twice.Query.Norms[0].RunningMean.ToArray());
    }

    [Fact]
    public void MemoriesShareValues()
    {
        Memory first = new(_small, Dim, new RandomSource(1)), second = new(_small, Dim, new RandomSource(2), first.Values);
        ForwardContext context = ForwardContext.Training(new RandomSource(3));
        first.Forward(Input(4), context).Add(second.Forward(Input(4), context)).Sum().Backward();
        Assert.Same(first.Values, second.Values);
        Assert.Equal(2 * 4 * 6, first.Values.RowGradient!.Indices.Count);
        Assert.Throws<ArgumentException>(() => new Memory(_small with { NKeys = 7 }, Dim, new RandomSource(2), first.Values));
    }

    [Fact]
    public void UsageIsObservedDuringEvaluation()
    {
        Memory memory = new(_small, Dim, new RandomSource(1));
        MemoryUsageObserver observer = new();
        memory.Forward(Input(10), ForwardContext.Observed(observer));
        memory.Forward(Input(3), ForwardContext.Observed(observer));
        MemoryUsage usage = observer.Usages[memory];
        UsageStatistics statistics = usage.Statistics();
        Assert.InRange(statistics.Usage, 3.0 / 36, 1);
        Assert.InRange(statistics.KlWeighted, 0, Math.Log(36));
        Assert.InRange(usage.Head(1).Usage, 3.0 / 36, statistics.Usage);
        Assert.InRange(usage.HalfKeys(0, 1).Usage, 1.0 / 6, 1);
    }

    [Fact]
    public void WrongConfigurationsAreExplained()
    {
        Assert.Contains("key_dim is 7", Refused(_small with { KeyDim = 7 }), StringComparison.Ordinal);
        Assert.Contains("top_k is 7", Refused(_small with { TopK = 7 }), StringComparison.Ordinal);
        Assert.Contains("heads is 0", Refused(_small with { Heads = 0 }), StringComparison.Ordinal);
        Assert.Contains("query_dropout is 1", Refused(_small with { QueryDropout = 1 }), StringComparison.Ordinal);
        Assert.Contains("shared_keys", Refused(_small with { SharedKeys = true }), StringComparison.Ordinal);
        Assert.Contains("slots", Refused(_small with { NKeys = 50_000 }), StringComparison.Ordinal);
        Assert.Contains("query_hidden is 0", Refused(_small with { QueryHidden = [0] }), StringComparison.Ordinal);

        static string Refused(ProductKeyMemoryConfig config) => Assert.Throws<InputException>(() => config.Validate("here")).Message;
    }

    private static Tensor Input(int rows) => Tensor.Normal(new Shape(rows, Dim), 0, 1, new RandomKey(9, 9));

    private static void Near(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.Count, actual.Count);
        Assert.All(expected.ToArray().Zip(actual.ToArray()), pair => Assert.Equal(pair.First, pair.Second, 1e-4f));
    }
}

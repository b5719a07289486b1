using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>The memory of gradients that are lists of rows. It is the process's, so these tests run alone.</summary>
[Collection(nameof(StepScopeTests))]
public sealed class RowGradientMemoryTests
{
    [Fact]
    public void NothingOfTheSizeOfTheTableIsMade()
    {
        const int slots = 100_000, width = 64;
        Parameter table = new(Tensor.Zeros(new Shape(slots, width)));
        Tensor m = Tensor.Zeros(table.Shape), v = Tensor.Zeros(table.Shape);
        Tensor indices = Tensor.From([.. Enumerable.Range(0, 32).Select(i => i * 3000)], new Shape(2, 16)),
            weights = Tensor.Ones(new Shape(2, 16));
        long before = HostDevice.Pool.AllocatedBytes;
        table.EmbeddingBag(indices, weights, sparseGradient: true).Sum().Backward();
        OptimizerUpdates.SquaredGradientNorms([table]);
        OptimizerUpdates.Adam(table, m, v, 1, 0.9f, 0.999f, 1e-8f, 0, 0.1f, 1);
        Assert.InRange(HostDevice.Pool.AllocatedBytes - before, 0, 1 << 20);
        float[] after = table.ToArray();
        Assert.All(Enumerable.Range(0, slots), row => Assert.Equal(row % 3000 == 0 && row < 96_000, after[row * width] != 0));
    }
}

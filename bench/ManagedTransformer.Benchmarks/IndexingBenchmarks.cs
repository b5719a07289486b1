using BenchmarkDotNet.Attributes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>Reads and additions at indices: 2,048 rows of a table of 50,000 rows of width 256.</summary>
public class IndexingBenchmarks : OperatorBenchmark
{
    private Tensor _table = null!, _ids = null!, _bags = null!, _weights = null!;

    /// <summary>Makes the inputs.</summary>
    [GlobalSetup]
    public void Setup() =>
        (_table, _ids, _bags, _weights) = (Leaf(50_000, 256), Indices(50_000, 2048), Indices(50_000, 512, 32), Leaf(512, 32));

    /// <summary>Embedding lookup.</summary>
    [Benchmark]
    public void Embedding() => Run(() => _table.Embedding(_ids));

    /// <summary>Weighted sums of 32 rows each.</summary>
    [Benchmark]
    public void EmbeddingBag() => Run(() => _table.EmbeddingBag(_bags, _weights));
}

using BenchmarkDotNet.Attributes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>Product-key search: 512 queries, 4 heads, 32 of 1,048,576 slots.</summary>
public class ProductKeyBenchmarks : OperatorBenchmark
{
    private Tensor _query = null!, _keys = null!;

    /// <summary>Makes the inputs.</summary>
    [GlobalSetup]
    public void Setup() => (_query, _keys) = (Leaf(512, 4, 256), Leaf(4, 2, 1024, 128));

    /// <summary>The best slots of each query and head.</summary>
    [Benchmark]
    public void ProductKeyTopK() => Run(() => _query.ProductKeyTopK(_keys, 32).Scores);
}

using BenchmarkDotNet.Attributes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>Reductions and scans of 2,048 rows of width 1,024, along rows and columns.</summary>
public class ReductionBenchmarks : OperatorBenchmark
{
    private Tensor _x = null!;

    /// <summary>Makes the input.</summary>
    [GlobalSetup]
    public void Setup() => _x = Leaf(2048, 1024);

    /// <summary>Sums of rows.</summary>
    [Benchmark]
    public void SumOfRows() => Run(() => _x.Sum([1]));

    /// <summary>Sums of columns.</summary>
    [Benchmark]
    public void SumOfColumns() => Run(() => _x.Sum([0]));

    /// <summary>The largest number of each row.</summary>
    [Benchmark]
    public void MaxOfRows() => Run(() => _x.Max([1]));

    /// <summary>ln of the sum of e^x of each row.</summary>
    [Benchmark]
    public void LogSumExp() => Run(() => _x.LogSumExp([1]));

    /// <summary>Running sums along rows.</summary>
    [Benchmark]
    public void CumulativeSum() => Run(() => _x.CumulativeSum());

    /// <summary>The 32 largest numbers of each row.</summary>
    [Benchmark]
    public void TopK() => Run(() => _x.TopK(32).Values);
}

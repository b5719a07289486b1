using BenchmarkDotNet.Attributes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>Counter-based random numbers and dropout, two million elements.</summary>
public class RandomBenchmarks : OperatorBenchmark
{
    private static readonly RandomKey _key = new(1, 2);
    private static readonly Shape _shape = new(2048, 1024);
    private Tensor _x = null!;

    /// <summary>Makes the input.</summary>
    [GlobalSetup]
    public void Setup() => _x = Leaf(2048, 1024);

    /// <summary>Dropout of a tenth.</summary>
    [Benchmark]
    public void Dropout() => Run(() => _x.Dropout(0.1f, _key));

    /// <summary>Uniform numbers, scaled by an operator so that there is a gradient.</summary>
    [Benchmark]
    public void Uniform() => Run(() => _x * Tensor.Uniform(_shape, -1, 1, _key));

    /// <summary>Normal numbers, likewise.</summary>
    [Benchmark]
    public void Normal() => Run(() => _x * Tensor.Normal(_shape, 0, 1, _key));
}

using BenchmarkDotNet.Attributes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>Softmax and cross-entropy of 2,048 rows.</summary>
public class SoftmaxBenchmarks : OperatorBenchmark
{
    private Tensor _x = null!, _hidden = null!, _table = null!, _targets = null!;

    /// <summary>Makes the inputs.</summary>
    [GlobalSetup]
    public void Setup() => (_x, _hidden, _table, _targets) = (Leaf(2048, 1024), Leaf(2048, 256), Leaf(1024, 256), Indices(1024, 2048));

    /// <summary>Softmax of [2048, 1024].</summary>
    [Benchmark]
    public void Softmax() => Run(() => _x.Softmax());

    /// <summary>Log-softmax of [2048, 1024].</summary>
    [Benchmark]
    public void LogSoftmax() => Run(() => _x.LogSoftmax());

    /// <summary>Cross-entropy of logits [2048, 1024].</summary>
    [Benchmark]
    public void CrossEntropy() => Run(() => _x.CrossEntropy(_targets).Loss);

    /// <summary>Cross-entropy with its projection from width 256 to 1,024 classes.</summary>
    [Benchmark]
    public void ProjectedCrossEntropy() => Run(() => _hidden.ProjectedCrossEntropy(_table, _targets).Loss);
}

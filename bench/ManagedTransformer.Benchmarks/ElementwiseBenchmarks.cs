using BenchmarkDotNet.Attributes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>Element-wise operators of 2,048 rows of width 1,024: arithmetic, activations, broadcasts, copies.</summary>
public class ElementwiseBenchmarks : OperatorBenchmark
{
    private Tensor _x = null!, _y = null!, _row = null!, _column = null!;

    /// <summary>Makes the inputs.</summary>
    [GlobalSetup]
    public void Setup() => (_x, _y, _row, _column) = (Leaf(2048, 1024), Leaf(2048, 1024), Leaf(1024), Leaf(2048, 1));

    /// <summary>x + y.</summary>
    [Benchmark]
    public void Add() => Run(() => _x + _y);

    /// <summary>x times a row.</summary>
    [Benchmark]
    public void MultiplyByRow() => Run(() => _x * _row);

    /// <summary>x times a column.</summary>
    [Benchmark]
    public void MultiplyByColumn() => Run(() => _x * _column);

    /// <summary>e^x.</summary>
    [Benchmark]
    public void Exp() => Run(() => _x.Exp());

    /// <summary>GELU, by the error function.</summary>
    [Benchmark]
    public void Gelu() => Run(() => _x.Gelu());

    /// <summary>x sigmoid(x).</summary>
    [Benchmark]
    public void Silu() => Run(() => _x.Silu());

    /// <summary>A transposed copy.</summary>
    [Benchmark]
    public void Transpose() => Run(() => _x.Transpose().Contiguous());
}

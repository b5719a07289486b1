using BenchmarkDotNet.Attributes;
using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Kernels;
using Tensor = ManagedTransformer.Tensors.Tensor;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ManagedTransformer.Benchmarks;

/// <summary>
/// Kernels of our own beside the functions of System.Numerics.Tensors that compute the same, on one thread: where those are as fast, ours
/// goes. NOTES.md has the figures.
/// </summary>
public class TensorPrimitivesBenchmarks
{
    private readonly KernelSet _kernels = Tensors.Device.Cpu.Kernels;
    private float[] _left = [], _right = [], _result = [];
    private Tensor _a = null!, _b = null!, _y = null!;

    /// <summary>Elements: in the first cache, and in none.</summary>
    [Params(8192, 1 << 20)]
    public int Count { get; set; }

    /// <summary>Makes the inputs.</summary>
    [GlobalSetup]
    public void Setup()
    {
        CpuThreads.Count = 1;
        (_a, _b, _y) = (Uniform(1), Uniform(2), Uniform(3));
        (_left, _right, _result) = (_a.ToArray(), _b.ToArray(), _y.ToArray());
    }

    /// <summary>a + b, ours: also strided and broadcast.</summary>
    [Benchmark]
    public void Add() => _kernels.Elementwise.Binary(BinaryOp.Add, new Operand(_a.Buffer, _a.Strides), new Operand(_b.Buffer, _b.Strides),
        _y.Buffer, _a.Shape);

    /// <summary>a + b, of contiguous spans alone.</summary>
    [Benchmark]
    public void PrimitiveAdd() => TensorPrimitives.Add(_left, _right, _result);

    /// <summary>e^x, ours.</summary>
    [Benchmark]
    public void Exp() => Unary(UnaryOp.Exp);

    /// <summary>e^x.</summary>
    [Benchmark]
    public void PrimitiveExp() => TensorPrimitives.Exp<float>(_left, _result);

    /// <summary>ln x, ours.</summary>
    [Benchmark]
    public void Log() => Unary(UnaryOp.Log);

    /// <summary>ln x.</summary>
    [Benchmark]
    public void PrimitiveLog() => TensorPrimitives.Log<float>(_left, _result);

    /// <summary>sin x, ours.</summary>
    [Benchmark]
    public void Sin() => Unary(UnaryOp.Sin);

    /// <summary>sin x.</summary>
    [Benchmark]
    public void PrimitiveSin() => TensorPrimitives.Sin<float>(_left, _result);

    /// <summary>tanh x, ours.</summary>
    [Benchmark]
    public void Tanh() => Unary(UnaryOp.Tanh);

    /// <summary>tanh x.</summary>
    [Benchmark]
    public void PrimitiveTanh() => TensorPrimitives.Tanh<float>(_left, _result);

    /// <summary>The sigmoid, ours.</summary>
    [Benchmark]
    public void Sigmoid() => Unary(UnaryOp.Sigmoid);

    /// <summary>The sigmoid.</summary>
    [Benchmark]
    public void PrimitiveSigmoid() => TensorPrimitives.Sigmoid<float>(_left, _result);

    /// <summary>The largest number, ours.</summary>
    [Benchmark]
    public void Max() => _kernels.Reductions.Reduce(ReduceOp.Max, _a.Buffer, _y.Buffer, 1, Count, 1);

    /// <summary>The largest number.</summary>
    [Benchmark]
    public float PrimitiveMax() => TensorPrimitives.Max<float>(_left);

    /// <summary>Softmax, ours.</summary>
    [Benchmark]
    public void Softmax() => _kernels.Softmax.Softmax(_a.Buffer, _y.Buffer, 1, Count);

    /// <summary>Softmax.</summary>
    [Benchmark]
    public void PrimitiveSoftmax() => TensorPrimitives.SoftMax<float>(_left, _result);

    private void Unary(UnaryOp op) => _kernels.Elementwise.Unary(op, _a.Buffer, _y.Buffer, Count, 0, 0);

    private Tensor Uniform(ulong seed) => Tensor.Uniform(new Tensors.Shape(Count), 0.1f, 3, new Tensors.RandomKey(1, seed)).Keep();
}

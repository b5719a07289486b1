using BenchmarkDotNet.Attributes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>Fused optimiser steps of one parameter of four million values.</summary>
public class OptimizerBenchmarks
{
    private static readonly Shape _shape = new(2048, 2048);
    private Parameter _parameter = null!;
    private Tensor _first = null!, _second = null!;

    /// <summary>Makes the parameter, its gradient and the optimisers' states.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _parameter = new Parameter(Tensor.Uniform(_shape, -1, 1, new RandomKey(1, 1)));
        (_first, _second) = (Tensor.Full(_shape, 0).Keep(), Tensor.Full(_shape, 0).Keep());
        (_parameter * Tensor.Uniform(_shape, -1, 1, new RandomKey(1, 2))).Sum().Backward();
    }

    /// <summary>Adam with decoupled weight decay.</summary>
    [Benchmark]
    public void Adam() => OptimizerUpdates.Adam(_parameter, _first, _second, 1, 0.9f, 0.999f, 1e-8f, 1e-5f, 1e-4f, 1);

    /// <summary>Adagrad.</summary>
    [Benchmark]
    public void Adagrad() => OptimizerUpdates.Adagrad(_parameter, _second, 1, 1e-4f, 1e-10f);

    /// <summary>Gradient descent with momentum.</summary>
    [Benchmark]
    public void Sgd() => OptimizerUpdates.Sgd(_parameter, _first, 1, 1e-4f, 0.9f, nesterov: false, 0);

    /// <summary>The norm of the gradient.</summary>
    [Benchmark]
    public void SquaredGradientNorm() => OptimizerUpdates.SquaredGradientNorms([_parameter]);
}

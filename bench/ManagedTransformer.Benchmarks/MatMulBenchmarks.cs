using BenchmarkDotNet.Attributes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>Matrix products of training and decoding shapes.</summary>
public class MatMulBenchmarks
{
    private Tensor _a = null!, _b = null!;

    /// <summary>M, N, K.</summary>
    [Params("1024,1024,1024", "2048,768,256", "2048,256,1024", "768,128,128", "256,1024,2048", "1,768,768")]
    public string Size { get; set; } = "";

    /// <summary>Makes the factors.</summary>
    [GlobalSetup]
    public void Setup()
    {
        int[] size = [.. Size.Split(',').Select(int.Parse)];
        _a = Tensor.Uniform(new Shape(size[0], size[2]), -1, 1, new RandomKey(1, 1)).Keep();
        _b = Tensor.Uniform(new Shape(size[2], size[1]), -1, 1, new RandomKey(1, 2)).Keep();
    }

    /// <summary>One product.</summary>
    [Benchmark]
    public void MatMul()
    {
        using StepScope scope = new();
        _a.MatMul(_b);
    }
}

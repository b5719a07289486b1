using BenchmarkDotNet.Attributes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>Normalisations of 2,048 rows of width 256.</summary>
public class NormalizationBenchmarks : OperatorBenchmark
{
    private Tensor _x = null!, _residual = null!, _gain = null!, _bias = null!, _groupGain = null!, _groupBias = null!;

    /// <summary>Makes the inputs.</summary>
    [GlobalSetup]
    public void Setup() =>
        (_x, _residual, _gain, _bias, _groupGain, _groupBias) =
            (Leaf(2048, 256), Leaf(2048, 256), Leaf(256), Leaf(256), Leaf(64), Leaf(64));

    /// <summary>Layer normalisation.</summary>
    [Benchmark]
    public void LayerNorm() => Run(() => _x.LayerNorm(_gain, _bias));

    /// <summary>Layer normalisation of a sum, with the sum.</summary>
    [Benchmark]
    public void AddLayerNorm() => Run(() => _x.AddLayerNorm(_residual, _gain, _bias).Normalized);

    /// <summary>Root-mean-square normalisation.</summary>
    [Benchmark]
    public void RmsNorm() => Run(() => _x.RmsNorm(_gain));

    /// <summary>Layer normalisation in four groups with GELU, features shuffled between groups.</summary>
    [Benchmark]
    public void GroupedLayerNorm() => Run(() => _x.GroupedLayerNorm(4, _groupGain, _groupBias, shuffle: true, Activation.Gelu));
}

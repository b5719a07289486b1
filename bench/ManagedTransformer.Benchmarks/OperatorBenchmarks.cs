using BenchmarkDotNet.Attributes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>The operators of a Transformer layer at 2,048 tokens of width 256, forward, and forward with backward.</summary>
public class OperatorBenchmarks
{
    private static readonly AttentionOptions _causal = new() { Causal = true };
    private Tensor _x = null!, _wide = null!, _packed = null!, _targets = null!, _gain = null!, _bias = null!, _table = null!;

    /// <summary>Whether the gradient is computed as well.</summary>
    [Params(false, true)]
    public bool Backward { get; set; }

    /// <summary>Makes the inputs.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _x = Leaf(2048, 256);
        _wide = Leaf(2048, 1024);
        _packed = Leaf(8, 256, 3, 8, 32);
        _gain = Leaf(256);
        _bias = Leaf(256);
        _table = Leaf(256, 256);
        _targets = Tensor.From([.. Enumerable.Range(0, 2048).Select(i => i % 256)], new Shape(2048)).Keep();
    }

    /// <summary>Layer normalisation of [2048, 256].</summary>
    [Benchmark]
    public void LayerNorm() => Run(() => _x.LayerNorm(_gain, _bias));

    /// <summary>GELU of [2048, 1024].</summary>
    [Benchmark]
    public void Gelu() => Run(() => _wide.Gelu());

    /// <summary>Softmax of [2048, 1024].</summary>
    [Benchmark]
    public void Softmax() => Run(() => _wide.Softmax());

    /// <summary>Causal self-attention, batch 8, 8 heads of width 32, length 256.</summary>
    [Benchmark]
    public void SelfAttention() => Run(() => _packed.SelfAttention(_causal));

    /// <summary>Cross-entropy with its projection, 2,048 rows, 256 classes.</summary>
    [Benchmark]
    public void ProjectedCrossEntropy() => Run(() => _x.ProjectedCrossEntropy(_table, _targets).Loss);

    /// <summary>Embedding lookup of 2,048 rows.</summary>
    [Benchmark]
    public void Embedding() => Run(() => _table.Embedding(_targets));

    private static Tensor Leaf(params int[] sizes) => Tensor.Uniform(new Shape(sizes), -1, 1, new RandomKey(1, (ulong)sizes.Length)).Keep();

    private void Run(Func<Tensor> operation)
    {
        using StepScope scope = new();
        foreach (Tensor leaf in new[] { _x, _wide, _packed, _gain, _bias, _table })
        {
            leaf.RequiresGradient = Backward;
            leaf.ClearGradient();
        }

        Tensor y = operation();
        if (Backward)
        {
            y.Backward(y.Detach(), freeIntermediates: true);
        }
    }
}

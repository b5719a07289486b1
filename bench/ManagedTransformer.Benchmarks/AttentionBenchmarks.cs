using BenchmarkDotNet.Attributes;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Benchmarks;

/// <summary>Softmax, span and linear attention, batch 8, 8 heads of width 32, 256 tokens.</summary>
public class AttentionBenchmarks : OperatorBenchmark
{
    private static readonly AttentionOptions _causal = new() { Causal = true };
    private Tensor _packed = null!, _query = null!, _features = null!, _past = null!, _positions = null!, _span = null!;

    /// <summary>Makes the inputs.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _packed = Leaf(8, 256, 3, 8, 32);
        _query = Leaf(8, 256, 8, 32);
        _past = Leaf(8, 512, 8, 32);
        _positions = Leaf(256, 32);
        _features = (Constant(8, 256, 8, 32) + 1.5f).Keep();
        _span = Tensor.Full(new Shape(8), 100).Keep();
    }

    /// <summary>Causal self-attention.</summary>
    [Benchmark]
    public void SelfAttention() => Run(() => _packed.SelfAttention(_causal));

    /// <summary>Attention to all of another sequence of 512 tokens.</summary>
    [Benchmark]
    public void CrossAttention() => Run(() => _query.Attention(_past, _past));

    /// <summary>Span attention to 256 tokens before, spans of 100 tokens with a ramp of 32.</summary>
    [Benchmark]
    public void SpanAttention() =>
        Run(() => _query.SpanAttention(_past, _past, _positions, new SpanAttentionOptions { Span = _span, Ramp = 32 }));

    /// <summary>Causal linear attention with 32 features.</summary>
    [Benchmark]
    public void LinearAttention() => Run(() => _features.CausalLinearAttention(_features, _query).Output);
}

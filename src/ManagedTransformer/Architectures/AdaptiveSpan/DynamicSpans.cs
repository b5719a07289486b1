using ManagedTransformer.Tensors;

namespace ManagedTransformer.Architectures.AdaptiveSpan;

/// <summary>Statistics of the spans that one layer computed from its inputs.</summary>
/// <param name="config">Limit and ramp.</param>
internal sealed class DynamicSpans(SpanConfig config)
{
    private double[] _sums = [];
    private double _longest;
    private long _positions;

    /// <summary>The mean span of every head, in tokens.</summary>
    public IReadOnlyList<double> Heads => [.. _sums.Select(sum => sum / _positions)];

    /// <summary>What the longest span of all positions needs.</summary>
    public SpanSizes Sizes => SpanSizes.OfBlock(_longest, Heads.Average(), config);

    /// <summary>Adds a block.</summary>
    /// <param name="spans">[B, T, heads], in tokens.</param>
    public void Add(Tensor spans)
    {
        float[] values = spans.ToArray();
        int heads = spans.Shape[2];
        _sums = _sums.Length == 0 ? new double[heads] : _sums;
        for (int i = 0; i < values.Length; i++)
        {
            _sums[i % heads] += values[i];
            _longest = Math.Max(_longest, values[i]);
        }

        _positions += values.Length / heads;
    }
}

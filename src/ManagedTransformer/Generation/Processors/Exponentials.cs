using System.Buffers;
using TensorPrimitives = System.Numerics.Tensors.TensorPrimitives;

namespace ManagedTransformer.Generation.Processors;

/// <summary>exp(z - max z) of a row of scores, and their sum: softmax before it is normalized. Memory is borrowed.</summary>
internal readonly ref struct Exponentials
{
    private readonly float[] _values;

    /// <summary>Computes them.</summary>
    /// <param name="scores">[V], not all minus infinity.</param>
    public Exponentials(ReadOnlySpan<float> scores)
    {
        Largest = TensorPrimitives.Max(scores);
        _values = ArrayPool<float>.Shared.Rent(scores.Length);
        Span<float> values = _values.AsSpan(0, scores.Length);
        TensorPrimitives.Subtract(scores, Largest, values);
        TensorPrimitives.Exp(values, values);
        double total = 0;
        foreach (float value in values)
        {
            total += value;
        }

        Values = values;
        Total = total;
    }

    /// <summary>The largest score.</summary>
    public float Largest { get; }

    /// <summary>[V], the largest 1.</summary>
    public ReadOnlySpan<float> Values { get; }

    /// <summary>Their sum.</summary>
    public double Total { get; }

    /// <summary>Gives the memory back.</summary>
    public void Dispose() => ArrayPool<float>.Shared.Return(_values);
}

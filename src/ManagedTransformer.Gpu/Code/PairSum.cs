namespace ManagedTransformer.Gpu;

/// <summary>Two sums at once.</summary>
internal readonly struct PairSum : IMerge<FloatPair>
{
    public FloatPair Merge(FloatPair a, FloatPair b) => new() { A = a.A + b.A, B = a.B + b.B };
}

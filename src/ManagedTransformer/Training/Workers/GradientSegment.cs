namespace ManagedTransformer.Training.Workers;

/// <summary>Elements of one parameter's gradient within a bucket.</summary>
/// <param name="Gradient">The number of the gradient.</param>
/// <param name="Start">The first element.</param>
/// <param name="Place">Where it stands in the bucket.</param>
/// <param name="Length">The number of elements.</param>
internal readonly record struct GradientSegment(int Gradient, long Start, int Place, int Length);

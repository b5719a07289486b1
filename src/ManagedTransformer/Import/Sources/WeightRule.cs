namespace ManagedTransformer.Import.Sources;

/// <summary>Where a parameter's values come from.</summary>
/// <param name="Ours">Name of the parameter.</param>
/// <param name="Theirs">Name of the tensor in the file; null for values that the file does not have.</param>
/// <param name="Shape">The shape of the values, from the tensor's; null where the tensor does not fit.</param>
/// <param name="Values">The values, from the tensor's elements and shape.</param>
internal sealed record WeightRule(
    string Ours, string? Theirs, Func<IReadOnlyList<long>, long[]?> Shape, Func<float[], IReadOnlyList<long>, float[]> Values);

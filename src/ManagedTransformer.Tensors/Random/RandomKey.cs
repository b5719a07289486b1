namespace ManagedTransformer.Tensors;

/// <summary>
/// Names one sequence of counter-based random numbers. The same key gives the same numbers on every device and thread count.
/// </summary>
/// <param name="Seed">The run's seed.</param>
/// <param name="Sequence">Number of the seed's sequence: training step and place in the model, mixed by <see cref="RandomSource"/>.</param>
public readonly record struct RandomKey(ulong Seed, ulong Sequence);

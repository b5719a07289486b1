using ManagedTransformer.Training;

namespace ManagedTransformer.Sweeps;

/// <summary>Where a sweep stands: a run begins, goes on or ends.</summary>
/// <param name="Entry">The run.</param>
/// <param name="Number">Its place in the sweep, from 1.</param>
/// <param name="Training">Where the run stands; null where it begins or has ended.</param>
public readonly record struct SweepProgress(SweepEntry Entry, int Number, TrainingProgress? Training);

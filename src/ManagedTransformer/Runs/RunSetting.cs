namespace ManagedTransformer.Runs;

/// <summary>A key of the configurations of several runs.</summary>
/// <param name="Key">The key, with dots.</param>
/// <param name="Values">Its value in each run; null where the run's configuration lacks it.</param>
/// <param name="Differs">Whether two runs have different values, or one of them has none though its recipe is known.</param>
public sealed record RunSetting(string Key, IReadOnlyList<string?> Values, bool Differs);

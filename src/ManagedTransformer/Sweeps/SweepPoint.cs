namespace ManagedTransformer.Sweeps;

/// <summary>A combination of values: one run of a sweep.</summary>
/// <param name="Name">The name of its folder, which tells the values.</param>
/// <param name="Set">The changes of the recipe, <c>KEY=VALUE</c> each.</param>
internal sealed record SweepPoint(string Name, IReadOnlyList<string> Set);

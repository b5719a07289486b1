namespace ManagedTransformer.Fuzz.Targets;

/// <summary>The readers of what strangers give us.</summary>
internal static class FuzzTargets
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<FuzzTarget> All { get; } =
    [
        .. TensorTargets.All, .. ImportTargets.All, .. TokenizerTargets.All, .. TemplateTargets.All, .. DataTargets.All,
        .. ModelTargets.All, .. RunTargets.All, .. ServerTargets.All,
    ];

    /// <summary>The targets that a name stands for.</summary>
    /// <param name="name">A name, or <c>all</c>.</param>
    /// <exception cref="InputException">There is none.</exception>
    public static IReadOnlyList<FuzzTarget> Find(string name) =>
        name == "all" ? All
        : All.FirstOrDefault(target => target.Name == name) is { } found ? [found]
        : throw new InputException($"There is no target '{name}', but {string.Join(", ", All.Select(target => target.Name))}, and 'all'.");
}

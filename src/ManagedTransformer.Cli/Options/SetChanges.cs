namespace ManagedTransformer.Cli.Options;

/// <summary>Changes of <c>--set</c> beside options that stand for keys too.</summary>
internal static class SetChanges
{
    /// <summary>How changes give a key that another option gives, for errors, since one of the two would count for nothing.</summary>
    /// <param name="changes"><c>KEY=VALUE</c> each.</param>
    /// <param name="key">The key.</param>
    /// <returns><c>'training.steps' too</c> or <c>'training' as a whole</c>; null where none gives it.</returns>
    public static string? Giving(IEnumerable<string> changes, string key)
    {
        string? given = changes.Select(change => change.Split('=')[0].Trim())
            .FirstOrDefault(changed => changed == key || key.StartsWith(changed + '.', StringComparison.Ordinal));
        return given is null ? null : given == key ? $"'{given}' too" : $"'{given}' as a whole";
    }
}

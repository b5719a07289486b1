namespace ManagedTransformer.Fuzz;

/// <summary>A folder in which a target reads a file, and which shows what was written.</summary>
internal sealed class Workplace : IDisposable
{
    private const string Memory = "/dev/shm";

    private readonly FuzzTarget _target;
    private List<(string Name, long Length, DateTime Changed)> _before = [];

    /// <summary>Makes a folder with all that stands beside the file.</summary>
    public Workplace(FuzzTarget target)
    {
        _target = target;
        Folder = Path.Combine(
            Directory.Exists(Memory) ? Memory : Path.GetTempPath(), $"mt-fuzz-{target.Name}-{Environment.ProcessId}-{Guid.NewGuid():N}");
        Directory.CreateDirectory(Folder);
        foreach ((string name, byte[] bytes) in target.Around)
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.Combine(Folder, name))!);
            File.WriteAllBytes(Path.Combine(Folder, name), bytes);
        }
    }

    /// <summary>The folder.</summary>
    public string Folder { get; }

    /// <summary>Puts the file there.</summary>
    public void Put(byte[] bytes)
    {
        File.WriteAllBytes(Path.Combine(Folder, _target.File), bytes);
        _target.Refresh?.Invoke(Folder);
        _before = Content();
    }

    /// <summary>What was written since then; null for nothing.</summary>
    /// <param name="succeeded">Whether the reading succeeded, after which the output is allowed, and removed.</param>
    public string? Written(bool succeeded)
    {
        if (succeeded && _target.Output is { } output && Directory.Exists(Path.Combine(Folder, output)))
        {
            Directory.Delete(Path.Combine(Folder, output), recursive: true);
        }

        List<(string Name, long Length, DateTime Changed)> after = Content();
        string[] changed = [.. after.Except(_before).Concat(_before.Except(after)).Select(file => file.Name).Distinct()];
        foreach (string name in changed.Where(name => !_before.Exists(file => file.Name == name)))
        {
            File.Delete(Path.Combine(Folder, name));
        }

        return changed.Length == 0 ? null : string.Join(", ", changed);
    }

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(Folder, recursive: true);

    private List<(string Name, long Length, DateTime Changed)> Content() =>
    [
        .. new DirectoryInfo(Folder).EnumerateFiles("*", SearchOption.AllDirectories)
            .Select(file => (Path.GetRelativePath(Folder, file.FullName), file.Length, file.LastWriteTimeUtc)),
    ];
}

using System.Security.Cryptography;

namespace ManagedTransformer.Soak.Faults;

/// <summary>All files of a folder, but for those of the lock.</summary>
/// <param name="Files">Their checksums by their names.</param>
internal sealed record FolderImage(IReadOnlyDictionary<string, string> Files)
{
    /// <summary>Reads a folder.</summary>
    /// <param name="folder">The folder.</param>
    public static FolderImage Of(string folder) => new(!Directory.Exists(folder) ? new Dictionary<string, string>() : Directory
        .EnumerateFiles(folder, "*", SearchOption.AllDirectories).Where(path => Path.GetFileName(path) is not (".lock" or ".owner"))
        .ToDictionary(path => Path.GetRelativePath(folder, path), path => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))));

    /// <summary>Requires that nothing has changed.</summary>
    /// <param name="folder">The folder.</param>
    public void RequireSame(string folder)
    {
        FolderImage now = Of(folder);
        string[] changed = [.. Files.Keys.Union(now.Files.Keys)
            .Where(name => Files.GetValueOrDefault(name) != now.Files.GetValueOrDefault(name))];
        Promise.Require(changed.Length == 0, $"A run that could not begin changed {string.Join(", ", changed)} in {folder}.");
    }
}

namespace ManagedTransformer.Tests.Golden;

/// <summary>Where golden cases lie.</summary>
internal static class GoldenFiles
{
    /// <summary>Further folders, separated by colons and read recursively.</summary>
    public const string FolderVariable = "MT_GOLDEN_DIR";

    /// <summary>The folder of the solution file, found upwards from the test assembly.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// Paths of all case files: those of the repository, of the folder <c>shared/golden</c> beside the checkout, and of the folders that the
    /// environment variable names.
    /// </summary>
    public static IEnumerable<string> All()
    {
        List<string> folders = [Path.Combine(Root, "tests", "golden")];
        if (Path.GetDirectoryName(Root) is { } parent)
        {
            folders.Add(Path.Combine(parent, "shared", "golden"));
        }

        folders.AddRange((Environment.GetEnvironmentVariable(FolderVariable) ?? "").Split(':', StringSplitOptions.RemoveEmptyEntries));
        return folders
            .Where(Directory.Exists)
            .SelectMany(folder => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories))
            .Where(path => Path.GetExtension(path) is ".safetensors" or ".json")
            .Select(Path.GetFullPath)
            .Distinct()
            .Order(StringComparer.Ordinal);
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ManagedTransformer.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("ManagedTransformer.sln stands in no folder above the test assembly.");
    }
}

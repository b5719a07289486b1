namespace ManagedTransformer.Tests.Golden;

/// <summary>Where golden cases lie.</summary>
internal static class GoldenFiles
{
    /// <summary>Further folders, separated by colons and read recursively; relative ones count from <see cref="Root"/>.</summary>
    public const string FolderVariable = "MT_GOLDEN_DIR";

    /// <summary>The folder of the solution file, found upwards from the test assembly.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// Paths of all case files: those of the repository, of the folder <c>shared/golden</c> beside the checkout, and of the folders that
    /// the environment variable names.
    /// </summary>
    public static IEnumerable<string> All()
    {
        IEnumerable<string> own = FilesIn(Path.Combine(Root, "tests", "golden"));
        string? shared = Path.GetDirectoryName(Root) is { } parent ? Path.Combine(parent, "shared", "golden") : null;
        IEnumerable<string> beside = Directory.Exists(shared) ? FilesIn(shared) : [];
        return own.Concat(beside).Concat(Named(Environment.GetEnvironmentVariable(FolderVariable) ?? ""))
            .Distinct()
            .Order(StringComparer.Ordinal);
    }

    /// <summary>
    /// The case files of a list of folders. A folder that does not exist or holds no case stands for itself, so that its name becomes a
    /// test that fails: it must not pass for a folder whose cases are all right.
    /// </summary>
    /// <param name="folders">Separated by colons.</param>
    public static IEnumerable<string> Named(string folders) => folders
        .Split(':', StringSplitOptions.RemoveEmptyEntries)
        .Select(folder => Path.GetFullPath(folder, Root))
        .SelectMany(folder => Directory.Exists(folder) && FilesIn(folder).ToArray() is { Length: > 0 } files ? files : [folder]);

    // Expectations that belong to a test of its own (their system ends in ".expected") are no cases.
    private static IEnumerable<string> FilesIn(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories)
        .Where(path => Path.GetExtension(path) is ".safetensors" or ".json")
        .Select(Path.GetFullPath)
        .Where(path => !GoldenCase.IsExpectation(path));

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

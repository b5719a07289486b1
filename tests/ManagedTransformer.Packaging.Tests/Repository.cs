namespace ManagedTransformer.Packaging.Tests;

/// <summary>The repository that the tests were built in.</summary>
internal static class Repository
{
    /// <summary>Its root folder.</summary>
    public static string Root { get; } = Find();

    /// <summary>The configuration that the tests were built in, <c>Release</c> for instance.</summary>
    public static string Configuration { get; } =
        Path.GetFileName(Path.GetDirectoryName(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)))!;

    /// <summary>The names of the projects that are packages.</summary>
    public static IReadOnlyList<string> Packages { get; } =
        [.. Directory.EnumerateFiles(Path.Combine(Root, "src"), "*.csproj", SearchOption.AllDirectories)
            .Select(path => Path.GetFileNameWithoutExtension(path)).Select(name => name == "ManagedTransformer.Cli" ? Tool : name).Order()];

    /// <summary>The package of the command-line tool, whose project has another name.</summary>
    public const string Tool = "ManagedTransformer.Tool";

    /// <summary>The package of the server.</summary>
    public const string Server = "ManagedTransformer.Server";

    /// <summary>The names of the packages that programs reference, all but the tools.</summary>
    public static IEnumerable<string> Libraries => Packages.Where(id => id is not (Tool or Server));

    private static string Find()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ManagedTransformer.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new InvalidOperationException("The repository's root was not found.");
    }
}

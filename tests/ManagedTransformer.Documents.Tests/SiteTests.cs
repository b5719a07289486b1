using System.Diagnostics;
using Xunit;

namespace ManagedTransformer.Documents.Tests;

/// <summary>The documentation's site is built without a warning, in a folder beside the repository.</summary>
public sealed class SiteTests
{
    private const string Assemblies = "tests/ManagedTransformer.Documents.Tests/bin/Release/net10.0";
    private static readonly TimeSpan _longest = TimeSpan.FromMinutes(5);

    [Fact]
    public void IsBuiltWithoutWarnings()
    {
        (int restored, string told) = Run("tool", "restore");
        Assert.SkipWhen(restored != 0, $"docfx cannot be restored: {told}");

        DirectoryInfo copy = Directory.CreateTempSubdirectory("mt-site-");
        try
        {
            CopySources(copy.FullName);
            (int code, string output) = Run("docfx", Path.Combine(copy.FullName, "docfx.json"), "--warningsAsErrors");
            Assert.True(code == 0 && !output.Contains(": warning", StringComparison.Ordinal), output);
            string site = Path.Combine(copy.FullName, "out", "site");
            Assert.All(
                ["docs/index.html", "docs/reference/commands.html", "api/ManagedTransformer.LanguageModel.html",
                    "src/ManagedTransformer/Architectures/Llama/README.html"],
                page => Assert.True(File.Exists(Path.Combine(site, page)), page));
        }
        finally
        {
            copy.Delete(recursive: true);
        }
    }

    // What docfx.json names: pages, the pictures and files that they link to, and the assemblies that these tests were built with.
    private static void CopySources(string target)
    {
        foreach (string path in Files(Repository.Root, "*.md").Concat(Files(Repository.Root, "*.svg")).Concat(
            ["docfx.json", "docs/toc.yml", "LICENSE", "NOTICE", "src/ManagedTransformer/Torch/Pickling/PickleGlobals.cs"]))
        {
            Copy(Path.Combine(Repository.Root, path), Path.Combine(target, path));
        }

        foreach (string path in Files(AppContext.BaseDirectory, "*.dll").Concat(Files(AppContext.BaseDirectory, "ManagedTransformer*.xml")))
        {
            Copy(Path.Combine(AppContext.BaseDirectory, path), Path.Combine(target, Assemblies, path));
        }
    }

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(folder, pattern, SearchOption.AllDirectories).Select(file => Path.GetRelativePath(folder, file))
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj" or "out" or ".git"));

    private static void Copy(string from, string to)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(to)!);
        File.Copy(from, to);
    }

    private static (int ExitCode, string Output) Run(params string[] arguments)
    {
        ProcessStartInfo start = new("dotnet", arguments)
        {
            WorkingDirectory = Repository.Root,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        using Process process = Process.Start(start)!;
        Task<string> error = process.StandardError.ReadToEndAsync();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        if (!process.WaitForExit(_longest))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"dotnet {string.Join(' ', arguments)} takes more than {_longest}.");
        }

        return (process.ExitCode, output.Result + error.Result);
    }
}

using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ManagedTransformer.Packaging.Tests;

/// <summary>A package of others that a project of the solution was restored with, asked for or not.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Specification">The path of its <c>.nuspec</c> in the machine's cache.</param>
/// <param name="IsPublished">Whether a project under <c>src/</c> runs with it.</param>
internal sealed partial record RestoredPackage(string Name, string Specification, bool IsPublished)
{
    /// <summary>All of them, each once.</summary>
    public static IEnumerable<RestoredPackage> All() =>
        from Match project in ProjectFolder().Matches(File.ReadAllText(Path.Combine(Repository.Root, "ManagedTransformer.sln")))
        let parts = project.Groups[1].Value.Split('\\')
        let isSource = parts[0] == "src"
        let file = JsonNode.Parse(File.ReadAllText(Path.Combine([Repository.Root, .. parts, "obj", "project.assets.json"])))!
        let cache = file["packageFolders"]!.AsObject().First().Key
        from target in file["targets"]!.AsObject()
        from library in target.Value!.AsObject()
        where (string?)library.Value!["type"] == "package"
        let runs = library.Value["runtime"] is not null || library.Value["runtimeTargets"] is not null
        let folder = Path.Combine(cache, (string)file["libraries"]![library.Key]!["path"]!)
        group (Folder: folder, IsPublished: isSource && runs) by library.Key.Split('/')[0] into uses
        let specification = Directory.EnumerateFiles(uses.First().Folder, "*.nuspec").Single()
        select new RestoredPackage(uses.Key, specification, uses.Any(use => use.IsPublished));

    [GeneratedRegex(@", ""([^""]+)\\[^""\\]+\.csproj""")]
    private static partial Regex ProjectFolder();
}

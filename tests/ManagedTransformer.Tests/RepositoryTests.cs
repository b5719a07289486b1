using System.Text.RegularExpressions;
using Xunit;

namespace ManagedTransformer.Tests;

/// <summary>What all source files have in common and no analyzer sees.</summary>
public sealed partial class RepositoryTests
{
    private static readonly string[] _folders = ["src", "samples", "tests", "bench"];

    // As in .editorconfig, whose rule passes over comments.
    private const int LongestLine = 140;

    [Fact]
    public void CommentsFitTheirLines() =>
        Assert.Empty(Lines(line => line.Length > LongestLine && line.TrimStart().StartsWith("//", StringComparison.Ordinal)));

    [Fact]
    public void EveryParameterIsDocumentedOnALineOfItsOwn() => Assert.Empty(Lines(TwoElements().IsMatch));

    [Fact]
    public void NamespacesAreThoseOfTheFolders() => Assert.Empty(
        from project in new[] { "ManagedTransformer", "ManagedTransformer.Cli" }
        from path in SourceFiles(Path.Combine("src", project))
        let folder = Path.GetDirectoryName(Path.GetRelativePath(Path.Combine("src", project), path))!
        let expected = string.Join('.', [project, .. folder.Split(Path.DirectorySeparatorChar, StringSplitOptions.RemoveEmptyEntries)])
        let found = File.ReadLines(Path.Combine(Repository.Root, path))
            .FirstOrDefault(line => line.StartsWith("namespace ", StringComparison.Ordinal))
        where found is not null && found != $"namespace {expected};"
        select $"{path}: {found}");

    [Fact]
    public void DocumentsNameFilesThatExist()
    {
        string[] files = [.. _folders.SelectMany(SourceFiles).Select(path => '/' + path.Replace(Path.DirectorySeparatorChar, '/'))];
        Assert.NotEmpty(files);
        Assert.Empty(
            from path in new[] { "src", "bench", "docs" }.SelectMany(folder => Files(folder, "*.md"))
                .Concat(["README.md", "CONTRIBUTING.md"])
            from Match name in FileName().Matches(File.ReadAllText(Path.Combine(Repository.Root, path)))
            where !files.Any(file => file.EndsWith('/' + name.Groups[1].Value, StringComparison.Ordinal))
            select $"{path}: {name.Groups[1].Value}");
    }

    /// <summary>The places of all lines of source that a condition holds for.</summary>
    private static IEnumerable<string> Lines(Func<string, bool> condition) =>
        from path in _folders.SelectMany(SourceFiles)
        from line in File.ReadLines(Path.Combine(Repository.Root, path)).Select((text, index) => (Text: text, Number: index + 1))
        where condition(line.Text)
        select $"{path}:{line.Number}";

    private static IEnumerable<string> SourceFiles(string folder) => Files(folder, "*.cs");

    private static IEnumerable<string> Files(string folder, string pattern) =>
        Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), pattern, SearchOption.AllDirectories)
            .Select(file => Path.GetRelativePath(Repository.Root, file))
            .Where(path => !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj"));

    // The name of a file in back quotes, with the folders above it or without.
    [GeneratedRegex(@"`([\w/.]+\.cs)\b")]
    private static partial Regex FileName();

    [GeneratedRegex("^ *///.*</(param|typeparam|exception|returns|summary|remarks)> *<(param|typeparam|exception|returns|remarks)")]
    private static partial Regex TwoElements();
}

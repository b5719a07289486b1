using System.Text.RegularExpressions;
using Xunit;

namespace ManagedTransformer.Tests;

/// <summary>What all source files have in common and no analyzer sees.</summary>
public sealed partial class RepositoryTests
{
    private static readonly string[] _folders = ["src", "tests", "bench"];

    // As in .editorconfig, whose rule passes over comments.
    private const int LongestLine = 140;

    [Fact]
    public void CommentsFitTheirLines() =>
        Assert.Empty(Lines(line => line.Length > LongestLine && line.TrimStart().StartsWith("//", StringComparison.Ordinal)));

    [Fact]
    public void EveryParameterIsDocumentedOnALineOfItsOwn() => Assert.Empty(Lines(TwoElements().IsMatch));

    /// <summary>The places of all lines of source that a condition holds for.</summary>
    private static IEnumerable<string> Lines(Func<string, bool> condition) =>
        from folder in _folders
        from file in Directory.EnumerateFiles(Path.Combine(Repository.Root, folder), "*.cs", SearchOption.AllDirectories)
        let path = Path.GetRelativePath(Repository.Root, file)
        where !path.Split(Path.DirectorySeparatorChar).Any(part => part is "bin" or "obj")
        from line in File.ReadLines(file).Select((text, index) => (Text: text, Number: index + 1))
        where condition(line.Text)
        select $"{path}:{line.Number}";

    [GeneratedRegex("^ *///.*</(param|typeparam|exception|returns|summary|remarks)> *<(param|typeparam|exception|returns|remarks)")]
    private static partial Regex TwoElements();
}

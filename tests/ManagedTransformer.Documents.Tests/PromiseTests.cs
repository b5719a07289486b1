using System.Text.RegularExpressions;
using Xunit;

namespace ManagedTransformer.Documents.Tests;

/// <summary>Tests that documents name as those that hold a promise exist.</summary>
public sealed partial class PromiseTests
{
    [Theory]
    [InlineData("docs/concepts/determinism.md", 15)]
    [InlineData("SECURITY.md", 20)]
    public void TestsThatHoldAPromiseExist(string document, int least)
    {
        Dictionary<string, string> sources = Directory
            .EnumerateFiles(Path.Combine(Repository.Root, "tests"), "*Tests.cs", SearchOption.AllDirectories)
            .GroupBy(path => Path.GetFileNameWithoutExtension(path))
            .ToDictionary(group => group.Key, group => string.Concat(group.Select(path => File.ReadAllText(path))));
        MatchCollection names = TestName().Matches(Repository.Read(document));
        Assert.True(names.Count >= least, $"{document} names {names.Count} tests.");
        Assert.Empty(
            from Match name in names
            let source = sources.GetValueOrDefault(name.Groups[1].Value, "")
            where !Regex.IsMatch(source, $@"public .* {name.Groups[2].Value}\(")
            select name.Value);
    }

    [GeneratedRegex(@"`(\w+Tests)\.(\w+)`")]
    private static partial Regex TestName();
}

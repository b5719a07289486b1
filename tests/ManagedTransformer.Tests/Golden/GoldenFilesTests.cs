using Xunit;

namespace ManagedTransformer.Tests.Golden;

/// <summary>Which files the runner finds.</summary>
public sealed class GoldenFilesTests
{
    [Fact]
    public void RelativeFoldersCountFromTheSolution()
    {
        string absolute = Path.Combine(GoldenFiles.Root, "tests", "golden", "baseline");
        Assert.NotEmpty(GoldenFiles.Named(absolute));
        Assert.Equal(GoldenFiles.Named(absolute), GoldenFiles.Named("tests/golden/baseline"));
    }

    [Fact]
    public void FoldersAreReadRecursivelyAndOneAfterTheOther() => Assert.Equal(
        GoldenFiles.Named("tests/golden/t2r").Concat(GoldenFiles.Named("tests/golden")),
        GoldenFiles.Named("tests/golden/t2r:tests/golden"));

    [Theory]
    [InlineData("tests/no-such-folder")]
    [InlineData("tests/golden/../ManagedTransformer.Tests/Golden/Baseline")]
    public void AFolderThatIsMissingOrEmptyIsATestThatFails(string folder)
    {
        string path = Assert.Single(GoldenFiles.Named(folder));
        Assert.Equal(Path.GetFullPath(folder, GoldenFiles.Root), path);
        Exception failure = Assert.ThrowsAny<Exception>(() => new GoldenCaseTests().AgreesWithTheReference(path));
        Assert.Contains(path, failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ExpectationsOfOtherTestsArePassedOver()
    {
        string folder = Directory.CreateTempSubdirectory().FullName, kept = Path.Combine(folder, "kept.json");
        try
        {
            File.WriteAllText(kept, """{"system": "evaluation.bleu"}""");
            File.WriteAllText(Path.Combine(folder, "passed.json"), """{"system": "checkpoints.expected"}""");
            File.WriteAllText(Path.Combine(folder, "torn.json"), "{");
            Assert.Equal([kept, Path.Combine(folder, "torn.json")], GoldenFiles.Named(folder).Order(StringComparer.Ordinal));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void ACaseOfNoImplementedArchitectureIsSkippedByName()
    {
        string path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid()}.json");
        try
        {
            File.WriteAllText(path, """{"system": "unheard_of.layer"}""");
            string message = "";
            try
            {
                new GoldenCaseTests().AgreesWithTheReference(path);
            }
            catch (Exception skip)
            {
                // Assert.Throws would pass a skip on.
                message = skip.Message;
            }

            Assert.Contains("$XunitDynamicSkip$", message, StringComparison.Ordinal);
            Assert.Contains("unheard_of.layer", message, StringComparison.Ordinal);
        }
        finally
        {
            File.Delete(path);
        }
    }
}

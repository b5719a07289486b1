using Xunit;

namespace ManagedTransformer.Tests.Golden;

/// <summary>Every golden case, one row per file.</summary>
public sealed class GoldenCaseTests
{
    public static IEnumerable<TheoryDataRow<string>> Files() =>
        GoldenFiles.All().Select(path => new TheoryDataRow<string>(path) { TestDisplayName = $"Golden {path}" });

    [Theory]
    [MemberData(nameof(Files))]
    public void AgreesWithTheReference(string path)
    {
        Assert.True(File.Exists(path), $"{GoldenFiles.FolderVariable} names '{path}', which does not exist or holds no case.");
        GoldenCase test = new(path);
        int dot = test.System.IndexOf('.', StringComparison.Ordinal);
        string prefix = dot < 0 ? test.System : test.System[..dot], name = test.System[(dot + 1)..];
        GoldenFamily? family = GoldenFamily.All.FirstOrDefault(family => family.Prefix == prefix);
        Assert.SkipWhen(family is null, $"No implemented architecture owns the system '{test.System}'.");
        Assert.SkipWhen(family!.Later.Contains(name), $"The system '{test.System}' is not implemented yet.");
        IGoldenSystem? system = family.Systems.FirstOrDefault(system => system.Name == name);
        Assert.True(system is not null, $"{path}: the system '{test.System}' is unknown.");
        GoldenCheck check = new(test, family.Tolerance(test), family.Allowance);
        system!.Run(test, check);
        string report = check.Report();
        Assert.True(report.Length == 0, $"{path} ({test.System}):\n{report}");
    }

    [Fact]
    public void TheRepositoryHasCasesOfEveryImplementedSystem()
    {
        string own = Path.Combine(GoldenFiles.Root, "tests", "golden");
        HashSet<string> present = [.. GoldenFiles.All().Where(path => path.StartsWith(own, StringComparison.Ordinal)).Select(path => new GoldenCase(path).System)];
        foreach (GoldenFamily family in GoldenFamily.All)
        {
            Assert.All(family.Systems, system => Assert.Contains($"{family.Prefix}.{system.Name}", present));
        }
    }
}

using ManagedTransformer.Tests.OnDevice;
using Xunit;

namespace ManagedTransformer.Tests.Golden;

/// <summary>Every golden case, one row per file, on the device that <c>MT_GOLDEN_DEVICE</c> names (default: the CPU).</summary>
public sealed class GoldenCaseTests
{
    public static IEnumerable<TheoryDataRow<string>> Files() =>
        GoldenFiles.All().Select(path => new TheoryDataRow<string>(path) { TestDisplayName = $"Golden {path}" });

    [Theory]
    [MemberData(nameof(Files))]
    public void AgreesWithTheReference(string path)
    {
        string report = TestDevice.Golden.Ask(DeviceWorkerProgram.GoldenRequest, path);
        Assert.SkipWhen(report.StartsWith(GoldenRunner.Skipped, StringComparison.Ordinal), report);
        Assert.True(report.Length == 0, report);
    }

    [Fact]
    public void TheRepositoryHasCasesOfEveryImplementedSystem()
    {
        string own = Path.Combine(GoldenFiles.Root, "tests", "golden");
        HashSet<string> present = [.. GoldenFiles.All().Where(path => path.StartsWith(own, StringComparison.Ordinal))
            .Select(path => new GoldenCase(path).System)];
        foreach (GoldenFamily family in GoldenFamily.All)
        {
            Assert.All(family.Systems, system => Assert.Contains($"{family.Prefix}.{system.Name}", present));
        }
    }
}

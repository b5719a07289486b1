using System.Diagnostics;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>A short soak: every fault of <c>bench/ManagedTransformer.Soak</c> that this machine lets happen, in a fixed order.</summary>
public sealed class SoakTests : IDisposable
{
    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void EveryFaultLeavesWhatIsPromised()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Signals, small disks and /proc are those of Linux.");
        ToolResult soak = _work.Run(new ProcessStartInfo("dotnet", [Program(), "soak", "--events", "12", "--seed", "1"]));

        // With what was skipped, and why.
        TestContext.Current.TestOutputHelper?.WriteLine(soak.Output);
        Assert.True(soak.ExitCode == 0, $"{soak.Output}{soak.Error}");
        Assert.Contains("has the bits of the undisturbed one", soak.Output, StringComparison.Ordinal);
    }

    // Both are built into bin/CONFIGURATION/FRAMEWORK of their projects.
    private static string Program()
    {
        string own = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory), project = Path.GetFullPath(Path.Combine(own, "../../.."));
        string built = Path.Combine(project, "../../bench/ManagedTransformer.Soak", Path.GetRelativePath(project, own), "mt-soak.dll");
        return Path.GetFullPath(built);
    }
}

using Xunit;

namespace ManagedTransformer.Packaging.Tests;

/// <summary>What a command wrote and how it ended.</summary>
/// <param name="Command">The command.</param>
/// <param name="ExitCode">0 for success.</param>
/// <param name="Output">Standard output, then standard error.</param>
/// <param name="Seconds">How long it took.</param>
internal sealed record CommandResult(string Command, int ExitCode, string Output, double Seconds)
{
    /// <summary>
    /// Fails where the command failed, and skips the test where it failed because packages of others cannot be had here.
    /// </summary>
    public CommandResult Require()
    {
        string? foreign = Output.Split('\n').FirstOrDefault(line => line.Contains("NU1301", StringComparison.Ordinal)
            || (line.Contains("NU110", StringComparison.Ordinal) && !line.Contains("ManagedTransformer", StringComparison.Ordinal)));
        Assert.SkipWhen(ExitCode != 0 && foreign is not null, $"A package of others cannot be restored here: {foreign?.Trim()}");
        Assert.True(ExitCode == 0, $"{Command} ended with {ExitCode}:\n{Output}");
        return this;
    }
}

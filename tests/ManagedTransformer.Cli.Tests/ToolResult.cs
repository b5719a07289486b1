using System.Text.Json;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>What a run of the tool gave.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Error)
{
    /// <summary>The one JSON object on standard output.</summary>
    public JsonElement Json
    {
        get
        {
            Assert.True(ExitCode == 0, $"exit code {ExitCode}: {Error}");
            return JsonDocument.Parse(Assert.Single(Lines(Output))).RootElement;
        }
    }

    public static string[] Lines(string text) => text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Asserts the exit code and that standard error is one sentence that names the culprit.</summary>
    public void AssertFails(int exitCode, params string[] mentions)
    {
        Assert.Equal(exitCode, ExitCode);
        string line = Assert.Single(Lines(Error));
        Assert.All(mentions, mention => Assert.Contains(mention, line, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", line, StringComparison.Ordinal);
        Assert.DoesNotContain("Unexpected", line, StringComparison.Ordinal);
        Assert.Empty(Output);
    }
}

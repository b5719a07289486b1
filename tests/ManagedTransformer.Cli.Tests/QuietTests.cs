using ManagedTransformer.Cli.Terminals;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary><c>mt train --quiet</c></summary>
public sealed class QuietTests : IDisposable
{
    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void WhereNobodyWatchesThereIsALineForEachEvaluation()
    {
        string[] lines = ToolResult.Lines(_work.Train("out", "--quiet").Output);
        Assert.Equal(3, lines.Length);
        Assert.StartsWith("step 10/20  validation: ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("step 20/20  validation: ", lines[1], StringComparison.Ordinal);
        Assert.StartsWith("Done after 20 steps in ", lines[2], StringComparison.Ordinal);
    }

    [Fact]
    public void OneStepIsOne()
    {
        string[] lines = ToolResult.Lines(_work.Train("out", "--steps", "1").Output);
        Assert.Contains(" parameters for 1 step into ", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("Done after 1 step in ", lines[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void OnATerminalThereIsOneLineThatIsWrittenOver()
    {
        using StringWriter output = new() { NewLine = "\n" }, error = new() { NewLine = "\n" };
        int code = CommandLine.Run(
            ["train", _work["recipe.json"], "--data", _work["text.txt"], "--out", _work["out"], "--quiet"],
            new Terminal(null, output, error) { IsOutputInteractive = true });
        Assert.Equal((0, ""), (code, error.ToString()));
        string line = Assert.Single(ToolResult.Lines(output.ToString()));
        string[] states = line.Split("\r\u001b[K");
        Assert.StartsWith("step 5/20  loss ", states[1], StringComparison.Ordinal);
        Assert.Contains("  validation: ", states[^3], StringComparison.Ordinal);
        Assert.StartsWith("Done after 20 steps in ", states[^1], StringComparison.Ordinal);
    }

    [Fact]
    public void JsonStaysOnStandardOutput()
    {
        ToolResult result = _work.Train("out", "--quiet", "--json");
        Assert.Equal(20, result.Json.GetProperty("step").GetInt64());
        Assert.Equal(3, ToolResult.Lines(result.Error).Length);
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>The built tool as a process: signals, and continuing bit for bit. <see cref="SoakTests"/> kills it.</summary>
public sealed class ProcessTests : IDisposable
{
    private const string Steps = "1500";
    private readonly Workspace _work = new();

    // Evaluations and checkpoints so often that kills fall into them.
    public ProcessTests() => _work.Write("recipe.json", Workspace.TinyRecipe.Replace("\"evaluate_every\": 10",
        "\"evaluate_every\": 25, \"evaluate_tokens\": 50", StringComparison.Ordinal));

    public void Dispose() => _work.Dispose();

    [Fact]
    public void TrainsEvaluatesGeneratesAndInspects()
    {
        JsonElement trained = _work.RunProcess("train", "recipe.json", "--data", "text.txt", "--json").Json;
        Assert.True(trained.GetProperty("complete").GetBoolean());
        Assert.Equal(Path.Combine("out", "recipe"), trained.GetProperty("out").GetString());
        Assert.True(_work.RunProcess("eval", "out/recipe", "--json").Json.GetProperty("tokens").GetInt64() > 0);
        Assert.StartsWith("the cat", _work.RunProcess("generate", "out/recipe", "--prompt", "the cat", "--tokens", "5").Output,
            StringComparison.Ordinal);
        Assert.Contains("model.dim", _work.RunProcess("info", "out/recipe").Output, StringComparison.Ordinal);
        _work.RunProcess("eval", "nowhere").AssertFails(CommandLine.Failed, "nowhere");
        _work.RunProcess("eval").AssertFails(CommandLine.WrongUsage, "MODEL_DIR");
    }

    [Theory]
    [InlineData("HUP", 129)]
    [InlineData("INT", 130)]
    [InlineData("TERM", 143)]
    public void ASignalSavesAndResumingEndsWithTheSameWeights(string signal, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals on Windows.");
        Assert.SkipWhen(IsIgnored(signal),
            $"SIG{signal} is ignored here, as in a shell's background jobs or under nohup, and so it is by the processes started.");
        Assert.Equal(0, _work.Train("whole", "--steps", Steps).ExitCode);
        using (Process process = StartTraining("cut"))
        {
            WaitForCheckpoint("cut");
            Signal(process, signal);
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            Assert.Equal(exitCode, process.ExitCode);
            Assert.Contains("--resume", output, StringComparison.Ordinal);
        }

        JsonElement resumed = _work.Train("cut", "--steps", Steps, "--resume", "--json").Json;
        Assert.True(resumed.GetProperty("complete").GetBoolean());
        Assert.Equal(_work.LastCheckpoint("whole").Weights, _work.LastCheckpoint("cut").Weights);
        Assert.Equal(_work.LastCheckpoint("whole").Optimizer, _work.LastCheckpoint("cut").Optimizer);
    }

    [Theory]
    [InlineData("HUP", 129)]
    [InlineData("TERM", 143)]
    public void ASecondSignalDoesNotEndWhatTheFirstBegan(string signal, int exitCode)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals on Windows.");
        Assert.SkipWhen(IsIgnored(signal), $"SIG{signal} is ignored here, and so it is by the processes started.");
        using Process process = StartTraining("cut");
        WaitForCheckpoint("cut");
        for (int i = 0; i < 3; i++)
        {
            Signal(process, signal);
        }

        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(exitCode, process.ExitCode);
        Assert.False(File.Exists(_work["cut/.owner"]));
    }

    // Bit n - 1 of the mask is signal n.
    internal static bool IsIgnored(string signal)
    {
        ulong bit = 1ul << ((signal switch { "HUP" => 1, "INT" => 2, _ => 15 }) - 1);
        return OperatingSystem.IsLinux()
            && File.ReadLines("/proc/self/status").FirstOrDefault(line => line.StartsWith("SigIgn:", StringComparison.Ordinal)) is { } line
            && (Convert.ToUInt64(line[7..].Trim(), 16) & bit) != 0;
    }

    private Process StartTraining(string output) =>
        _work.Start("train", "recipe.json", "--data", "text.txt", "--out", output, "--steps", Steps, "--resume");

    private void WaitForCheckpoint(string output)
    {
        for (int wait = 0; wait < 1000 && !Directory.Exists(_work[$"{output}/last"]); wait++)
        {
            Thread.Sleep(10);
        }
    }

    private static void Signal(Process process, string signal)
    {
        using Process kill = Process.Start("kill", [$"-{signal}", process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }
}

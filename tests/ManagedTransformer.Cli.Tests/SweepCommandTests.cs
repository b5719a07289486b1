using System.Diagnostics;
using System.Text.Json;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary><c>mt sweep</c></summary>
public sealed class SweepCommandTests : IDisposable
{
    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void TheBestRunIsNamedAndIsThatOfTrainWithTheSameValues()
    {
        JsonElement sweep = Sweep("training.schedule.lr=1e-4,1e-2", "model.layers=1,2").Json;
        JsonElement[] runs = [.. sweep.GetProperty("runs").EnumerateArray()];
        JsonElement best = runs.MinBy(run => run.GetProperty("best_loss").GetDouble());
        Assert.Equal(4, runs.Length);
        Assert.True(sweep.GetProperty("complete").GetBoolean());
        Assert.Equal(best.GetProperty("name").GetString(), sweep.GetProperty("best").GetString());

        string[] set = [.. best.GetProperty("set").EnumerateArray().SelectMany(change => (string[])["--set", change.GetString()!])];
        JsonElement alone = _work.Train("alone", [.. set, "--json"]).Json;
        Assert.Equal(best.GetProperty("best_loss").GetDouble(), alone.GetProperty("best_loss").GetDouble());
        Assert.Equal(
            _work.LastCheckpoint("alone").Weights, _work.LastCheckpoint($"sweep/{best.GetProperty("name").GetString()}").Weights);
    }

    [Fact]
    public void ARunThatDivergesIsToldAndCostsNothingElse()
    {
        ToolResult result = Workspace.Run("sweep", _work["recipe.json"], "--data", _work["text.txt"], "--out", _work["sweep"],
            "--set", "training.schedule.lr=1e30,1e-3");
        Assert.Equal(0, result.ExitCode);
        Assert.Contains("[1/2] lr=1e30: failed: Training stopped at step", result.Output, StringComparison.Ordinal);
        Assert.Contains("[2/2] lr=1e-3: best loss", result.Output, StringComparison.Ordinal);
        Assert.Contains("Best: lr=1e-3,", result.Output, StringComparison.Ordinal);
        Assert.Empty(result.Error);

        // The finished one is not repeated, and where none is left that is right, the command failed.
        Assert.Contains("of which 1 are finished", Workspace.Run("sweep", _work["recipe.json"], "--data", _work["text.txt"],
            "--out", _work["sweep"], "--set", "training.schedule.lr=1e30,1e-3").Output, StringComparison.Ordinal);
        Assert.Equal(CommandLine.Failed, Sweep("training.schedule.lr=1e31").ExitCode);
    }

    [Theory]
    [InlineData("training.step=1,2", "no key 'training.step'")]
    [InlineData("training.batch=1,two", "the value of 'training.batch' must be a number")]
    [InlineData("training.batch=1,1", "twice")]
    [InlineData("training.batch", "needs KEY=VALUE")]
    public void WhatIsWrongIsWrongUsage(string axis, string expected)
    {
        Workspace.Run("sweep", _work["recipe.json"], "--data", _work["text.txt"], "--out", _work["sweep"], "--set", axis)
            .AssertFails(CommandLine.WrongUsage, "--set", expected);
        Assert.False(Directory.Exists(_work["sweep"]));
    }

    [Fact]
    public void CtrlCSavesAndTheSameCommandGoesOn()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "There are no signals on Windows.");
        Assert.SkipWhen(ProcessTests.IsIgnored("INT"), "SIGINT is ignored here, as in a shell's background jobs.");
        string[] command = ["sweep", "recipe.json", "--data", "text.txt", "--out", "sweep", "--set", "training.schedule.lr=1e-4,1e-3",
            "--steps", "3000"];
        using (Process first = _work.Start(command))
        {
            for (int wait = 0; wait < 3000 && !File.Exists(_work["sweep/lr=1e-4/log.jsonl"]); wait++)
            {
                Thread.Sleep(10);
            }

            using Process kill = Process.Start("kill", ["-INT", $"{first.Id}"])!;
            string output = first.StandardOutput.ReadToEnd();
            first.WaitForExit();
            Assert.Equal(CommandLine.Interrupted(2), first.ExitCode);
            Assert.Contains("the same command continues", output, StringComparison.Ordinal);
        }

        ToolResult second = _work.RunProcess([.. command, "--json"]);
        Assert.True(second.Json.GetProperty("complete").GetBoolean());
        Assert.All(second.Json.GetProperty("runs").EnumerateArray(), run => Assert.Equal(3000, run.GetProperty("step").GetInt64()));
    }

    private ToolResult Sweep(params string[] axes) => Workspace.Run(["sweep", _work["recipe.json"], "--data", _work["text.txt"],
        "--out", _work["sweep"], "--json", .. axes.SelectMany(axis => (string[])["--set", axis])]);
}

using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>What a training run tells, and that an output folder belongs to one run at a time.</summary>
public sealed class TrainingRunTests : IDisposable
{
    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void ASecondRunOnTheFolderIsRefusedWhileTheFirstLasts()
    {
        using Process first = _work.Start("train", "recipe.json", "--data", "text.txt", "--out", "out", "--steps", "1000000");
        try
        {
            for (int wait = 0; wait < 1000 && !File.Exists(_work["out/log.jsonl"]); wait++)
            {
                Thread.Sleep(10);
            }

            string holder = $"process {first.Id.ToString(CultureInfo.InvariantCulture)} ";
            _work.Train("out").AssertFails(CommandLine.Failed, "out", holder, "--out");
            _work.Train("out", "--resume").AssertFails(CommandLine.Failed, "out", holder);
            Assert.False(Directory.Exists(_work["out/previous-1"]));
        }
        finally
        {
            first.Kill();
            first.WaitForExit();
        }

        // What a killed process leaves locks nobody out.
        Assert.True(File.Exists(_work["out/.owner"]));
        Assert.Equal(0, _work.Train("out").ExitCode);
        Assert.False(File.Exists(_work["out/.owner"]));
    }

    [Fact]
    public void AnOwnerThatStillRunsIsBelievedWhereTheFileSystemKnowsNoLocks()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        using Process other = Process.Start(new ProcessStartInfo("sleep", "60") { UseShellExecute = false })!;
        try
        {
            string start = other.StartTime.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            _work.Write("out/.owner", $"{other.Id}\n{other.ProcessName}\n{start}\n{Environment.MachineName}\n\n");
            _work.Train("out").AssertFails(CommandLine.Failed, $"process {other.Id}");

            // Another process that came to have the same number.
            _work.Write("out/.owner", $"{other.Id}\n{other.ProcessName}\n2020-01-01 00:00:00\n{Environment.MachineName}\n\n");
            Assert.Equal(0, _work.Train("out").ExitCode);
        }
        finally
        {
            other.Kill();
        }
    }

    [Fact]
    public void ALongerRunSaysWhatBecomesOfTheSchedule()
    {
        _work.Write("recipe.json", Workspace.TinyRecipe.Replace(
            "\"optimizer\"", "\"schedule\": { \"type\": \"cosine\", \"lr\": 0.02 }, \"optimizer\"", StringComparison.Ordinal));
        Assert.Equal(0, _work.Train("out").ExitCode);
        ToolResult resumed = _work.Train("out", "--steps", "40", "--resume", "--json");
        string note = Assert.Single(resumed.Json.GetProperty("notes").EnumerateArray()).GetString()!;
        Assert.Contains("planned for 20 updates and now has 40", note, StringComparison.Ordinal);
        Assert.Contains("update 21", note, StringComparison.Ordinal);
        Assert.Contains(note, resumed.Error, StringComparison.Ordinal);
        Assert.False(_work.Train("out", "--steps", "40", "--resume", "--json").Json.TryGetProperty("notes", out _));
    }

    [Fact]
    public void ALongerRunWithAScheduleThatDoesNotCountUpdatesSaysNothing()
    {
        Assert.Equal(0, _work.Train("out").ExitCode);
        Assert.False(_work.Train("out", "--steps", "40", "--resume", "--json").Json.TryGetProperty("notes", out _));
    }

    [Fact]
    public void ASamplePromptOutsideTheVocabularyIsLeftOutWithANote()
    {
        _work.Write("recipe.json", Workspace.TinyRecipe.Replace("\"the \"", "\"ROMEO:\\n\"", StringComparison.Ordinal));
        ToolResult trained = _work.Train("out", "--json");
        JsonElement json = trained.Json;
        Assert.True(json.GetProperty("complete").GetBoolean());
        string note = Assert.Single(json.GetProperty("notes").EnumerateArray()).GetString()!;
        Assert.Contains("'R'", note, StringComparison.Ordinal);
        Assert.Contains("sample_prompt", note, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', note);
    }
}

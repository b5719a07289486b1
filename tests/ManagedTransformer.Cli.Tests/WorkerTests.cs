using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>The built tool as several processes that MPI starts; skipped where there is no MPICH.</summary>
public sealed class WorkerTests : IDisposable
{
    private readonly Workspace _work = new();

    public WorkerTests() => _work.Write("recipe.json", Workspace.TinyRecipe.Replace("\"steps\": 20, \"batch\": 2",
        "\"accumulate\": 6, \"steps\": 20, \"batch\": 2", StringComparison.Ordinal));

    public void Dispose() => _work.Dispose();

    [Theory]
    [InlineData(2, "--shard-optimizer")]
    [InlineData(3)]
    public void ProcessesEndWithTheBitsOfOneAndSpeakOnce(int workers, params string[] more)
    {
        Assert.Equal(0, _work.Train("one").ExitCode);
        ToolResult result = Run(workers, ["several", "--json", .. more]);
        Assert.Equal(0, result.ExitCode);
        JsonElement told = Assert.Single(result.Output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            .Select(line => JsonDocument.Parse(line).RootElement));
        Assert.True(told.GetProperty("complete").GetBoolean());
        Assert.Equal(_work.LastCheckpoint("one").Weights, _work.LastCheckpoint("several").Weights);
        Assert.Equal(_work.LastCheckpoint("one").Optimizer, _work.LastCheckpoint("several").Optimizer);
    }

    [Fact]
    public async Task AKilledWorkerEndsTheJobAndAnotherNumberOfThemGoesOn()
    {
        const string steps = "200";
        Assert.Equal(0, _work.Train("whole", "--steps", steps).ExitCode);
        using (Process job = _work.Begin(new ProcessStartInfo("mpirun.mpich", Arguments(2, ["cut", "--steps", steps]))))
        {
            for (int wait = 0; wait < 2000 && !Directory.Exists(_work["cut/last"]); wait++)
            {
                Thread.Sleep(10);
            }

            using Process kill = Process.Start("kill", ["-KILL", WorkerOf(job)]);
            Task<string> error = job.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            string output = await job.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await job.WaitForExitAsync(TestContext.Current.CancellationToken);
            Assert.NotEqual(0, job.ExitCode);
            Assert.Contains("Killed", output + await error, StringComparison.Ordinal);
        }

        Assert.Equal(0, Run(3, ["cut", "--steps", steps, "--resume"]).ExitCode);
        Assert.Equal(_work.LastCheckpoint("whole").Weights, _work.LastCheckpoint("cut").Weights);
        Assert.Equal(_work.LastCheckpoint("whole").Optimizer, _work.LastCheckpoint("cut").Optimizer);
    }

    [Theory]
    [InlineData("training.accumulate is 6 and there are 4 workers", "--steps", "2")]
    [InlineData("There is no command, argument or option '--nonsense' here", "--nonsense")]
    public void AFailureIsToldOnce(string message, params string[] more)
    {
        ToolResult result = Run(4, ["out", .. more]);
        Assert.NotEqual(0, result.ExitCode);
        Assert.Equal(2, result.Error.Split(message).Length);
    }

    [Fact]
    public void AStarterThatIsMissingIsNamed() => Workspace.Run("bench", "scale", "--mpirun", "no-such-mpirun")
        .AssertFails(CommandLine.Failed, "'no-such-mpirun' cannot be started", "--mpirun");

    [Theory]
    [InlineData("--batches is 2 and --set gives 'training.accumulate' too: leave one out", "training.accumulate=6", "--batches", "2")]
    [InlineData("--data is text.txt and --set gives 'data.source' too: leave one out", "data.source=other", "--data", "text.txt")]
    [InlineData("--set: the recipe has no key 'training.step'", "training.step=6")]
    public void WhatCannotBeMeasuredIsRefusedBeforeProcessesStart(string message, string change, params string[] more) =>
        Workspace.Run(["bench", "scale", "--mpirun", "no-such-mpirun", "--set", change, .. more])
            .AssertFails(CommandLine.WrongUsage, message);

    [Fact]
    public void WhatNeedsWorkersIsRefusedWithoutThem() =>
        _work.Train("out", "--shard-optimizer").AssertFails(CommandLine.WrongUsage, "--shard-optimizer", "--workers");

    private static string WorkerOf(Process job)
    {
        // mpirun, its proxy, the workers.
        string proxy = ChildrenOf(job.Id.ToString(CultureInfo.InvariantCulture)).Single();
        return ChildrenOf(proxy).Last();
    }

    private static string[] ChildrenOf(string process) => File.ReadAllText($"/proc/{process}/task/{process}/children")
        .Split(' ', StringSplitOptions.RemoveEmptyEntries);

    private static string[] Arguments(int workers, string[] arguments)
    {
        Assert.SkipUnless(
            (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Any(folder => File.Exists(Path.Combine(folder, "mpirun.mpich"))),
            "There is no mpirun.mpich: the package mpich of Debian has it.");
        return
        [
            "-n", workers.ToString(CultureInfo.InvariantCulture), "dotnet", typeof(CommandLine).Assembly.Location, "train", "recipe.json",
            "--data", "text.txt", "--workers", "mpi", "--threads", "1", "--out", .. arguments,
        ];
    }

    private ToolResult Run(int workers, string[] arguments) =>
        _work.Run(new ProcessStartInfo("mpirun.mpich", Arguments(workers, arguments)));
}

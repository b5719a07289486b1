using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ManagedTransformer.Benchmarks;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Training;
using ManagedTransformer.Training.Workers;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt bench scale</c></summary>
internal static class BenchScaleCommand
{
    private const int DefaultSteps = 5, DefaultBatches = 4;
    private const string DefaultRecipe = "stories", DefaultStarter = "mpirun.mpich", AccumulateKey = "training.accumulate";

    private static readonly int[] _defaultProcesses = [1, 2, 4], _simulated = [8, 16, 32, 64, 128, 256, 512, 1024];

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Option<string?> recipe = new("--recipe")
        {
            Description = $"Whose updates to measure (default: {DefaultRecipe}).",
            HelpName = "RECIPE",
        };
        Option<string?> data = CommonOptions.Data("What to train on instead of the recipe's data.");
        Option<string[]?> set = CommonOptions.Set();
        Option<int?> batches = CommonOptions.Positive(
            "--batches", $"Batches of an update, training.accumulate (default: {DefaultBatches}).");
        Option<int[]?> processes = new("--processes")
        {
            Description = "Numbers of processes to start, which share the cores of this machine (default: "
                + $"{string.Join(',', _defaultProcesses)}).",
            HelpName = "N,N,...",
            CustomParser = result => CommonOptions.PositiveList(result, result.Tokens[0].Value, "--processes"),
        };
        Option<int?> steps = CommonOptions.Positive("--steps", $"Updates to measure (default: {DefaultSteps}).");
        Option<string?> starter = new("--mpirun")
        {
            Description = $"The program that starts processes (default: {DefaultStarter}).",
            HelpName = "PROGRAM",
        };
        Option<float?> latency = CommonOptions.Real("--latency",
            "Microseconds of a short message, for the simulation of more machines (default: as measured).",
            value => value >= 0 && float.IsFinite(value), "a number that is not negative");
        Option<float?> bandwidth = CommonOptions.Real("--bandwidth",
            "Gigabytes per second of a machine, for the simulation (default: as measured).",
            value => value > 0 && float.IsFinite(value), "a positive number");
        Option<string?> workers = WorkersOption.Create();
        Option<int?> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json(isLines: true);
        ExampleCommand command = new("scale",
            "Measures updates of a recipe on 1, 2 and 4 processes of this machine, with and without exchanges during the backward walk, and "
            + "simulates 8 to 1,024 machines from the measured batch, latency and bandwidth. With --workers: measures the processes that "
            + "were started together, on any number of machines.",
            "mt bench scale",
            "mt bench scale --recipe shakespeare-char --data input.txt --latency 2 --bandwidth 12.5")
        { recipe, data, set, batches, processes, steps, starter, latency, bandwidth, workers, threads, json };
        command.SetAction(result =>
        {
            bool asJson = result.GetValue(json);
            using WorkerGroup? group = result.GetValue(workers) is null ? null : WorkersOption.Start(result.GetValue(threads));
            string[] changes = result.GetValue(set) ?? [];
            string? given = SetChanges.Giving(changes, AccumulateKey);
            if (given is not null && result.GetValue(batches) is { } number)
            {
                throw new UsageException($"--batches is {number} and --set gives {given}: leave one out.");
            }

            string count = Text(result.GetValue(batches) ?? DefaultBatches);
            NamedRecipe named = NamedRecipe.Load(result.GetValue(recipe) ?? DefaultRecipe);
            TrainingOptions options = new()
            {
                RecipeName = named.Source,
                Output = "out",
                Data = result.GetValue(data),
                Set = given is null ? [.. changes, $"{AccumulateKey}={count}"] : changes,
                Workers = group,
            };
            if (group is not null)
            {
                CommonOptions.Apply(result.GetValue(threads));
                ScaleMeasurement measured = ScaleBenchmark.Run(named.Recipe, options, result.GetValue(steps) ?? DefaultSteps);
                if (group.Rank == 0)
                {
                    ScaleView.Write(terminal, measured, CpuThreads.Count, first: null, asJson);
                }

                return;
            }

            // Here, so that a mistake is told once and not by every process.
            ScaleBenchmark.Require(named.Recipe, options);
            string[] passed =
            [
                "--recipe", result.GetValue(recipe) ?? DefaultRecipe,
                "--steps", Text(result.GetValue(steps) ?? DefaultSteps),
                .. given is null ? (string[])["--batches", count] : [],
                .. result.GetValue(data) is { } text ? (string[])["--data", text] : [],
                .. changes.SelectMany(change => (string[])["--set", change]),
            ];
            int cores = result.GetValue(threads) ?? CpuThreads.Count;
            List<ScaleMeasurement> all = [];
            foreach (int together in CommonOptions.Given(result, processes, _defaultProcesses))
            {
                int each = Math.Max(1, cores / together);
                all.Add(Start(result.GetValue(starter) ?? DefaultStarter, together, each, passed));
                ScaleView.Write(terminal, all[^1], each, all[0], asJson);
            }

            if (all.Find(measured => measured.Workers > 1) is { } several)
            {
                ScaleView.WriteModel(terminal, all[0], _simulated, result.GetValue(latency) ?? several.LatencyMicroseconds,
                    result.GetValue(bandwidth) ?? several.GigabytesPerSecond, asJson);
            }
        });
        return command;
    }

    private static ScaleMeasurement Start(string starter, int count, int threads, string[] passed)
    {
        string own = Environment.ProcessPath!;
        string[] program =
            Path.GetFileNameWithoutExtension(own) == "dotnet" ? [own, Path.Combine(AppContext.BaseDirectory, "mt.dll")] : [own];
        ProcessStartInfo start = new(starter,
            ["-n", Text(count), .. program, "bench", "scale", "--workers", "mpi", "--json", "--threads", Text(threads), .. passed])
        {
            RedirectStandardOutput = true,
        };
        try
        {
            using Process process = Process.Start(start)!;
            string output = process.StandardOutput.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 && output.Split('\n').FirstOrDefault(line => line.StartsWith('{')) is { } line
                ? ScaleView.Read(JsonNode.Parse(line)!.AsObject())
                : throw new InputException($"'{starter}' with {count} processes failed (exit code {process.ExitCode}).");
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            throw new InputException(
                $"'{starter}' cannot be started ({e.Message}): --mpirun names the program of MPICH, Intel MPI, MVAPICH or Cray MPICH that "
                + "starts processes.", e);
        }
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}

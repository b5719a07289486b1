using System.Globalization;
using System.Text.Json.Nodes;
using ManagedTransformer.Benchmarks;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Tensors.Profiling;
using Spectre.Console;

namespace ManagedTransformer.Cli.Views;

/// <summary>The kernels of a training step.</summary>
internal static class ProfileTable
{
    /// <summary>A line about the whole step, and a row per kernel.</summary>
    public static void Draw(Terminal terminal, TrainingMeasurement measured)
    {
        TrainingProfile profile = measured.Profile!;
        terminal.Output.WriteLine(
            $"{profile.ModelOperations / 1e9:F2} model GFLOP per step, matrix product of 1024 x 1024 x 1024 at "
            + $"{profile.PeakGigaflopsPerSecond:F1} GFLOP/s: "
            + $"MFU {profile.Utilization:P1}");
        if (profile.LimitGigaflopsPerSecond is { } limit)
        {
            terminal.Output.WriteLine(
                $"Multiplications and additions in registers at {limit:F1} GFLOP/s: MFU {profile.UtilizationOfLimit:P1} of them");
        }

        terminal.Output.WriteLine(
            $"With a clock at every kernel {profile.Milliseconds:F2} ms per step, "
            + $"{profile.MillisecondsOutsideKernels:F2} ms of them outside kernels");
        Table table = new Table().Border(TableBorder.Simple).AddColumn("Phase").AddColumn("Kernel");
        foreach (string column in new[] { "Calls", "ms", "Share", "GFLOP", "MB", "GFLOP/s", "GB/s" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        foreach (KernelCost kernel in profile.Kernels)
        {
            bool computes = kernel.Operations > 0;
            table.AddRow(
                kernel.Phase, kernel.Kernel, Number(kernel.Calls, "0.#"), Number(kernel.Milliseconds, "F3"),
                Number(kernel.Milliseconds / profile.Milliseconds, "P1"),
                computes ? Number(kernel.Operations / 1e9, "F3") : "", Number(kernel.Bytes / 1e6, "F2"),
                computes ? Number(kernel.GigaflopsPerSecond, "F1") : "", Number(kernel.GigabytesPerSecond, "F1"));
        }

        terminal.Write(table);
    }

    /// <summary>The same as members of a measurement.</summary>
    public static void AddTo(JsonObject json, TrainingMeasurement measured)
    {
        TrainingProfile profile = measured.Profile!;
        json["model_gflop_per_step"] = JsonOutput.Number(profile.ModelOperations / 1e9);
        json["peak_gflops"] = JsonOutput.Number(profile.PeakGigaflopsPerSecond);
        json["mfu"] = JsonOutput.Number(profile.Utilization);
        json["limit_gflops"] = profile.LimitGigaflopsPerSecond is { } limit ? JsonOutput.Number(limit) : null;
        json["mfu_of_limit"] = profile.UtilizationOfLimit is { } share ? JsonOutput.Number(share) : null;
        json["profiled_ms"] = JsonOutput.Number(profile.Milliseconds);
        json["outside_kernels_ms"] = JsonOutput.Number(profile.MillisecondsOutsideKernels);
        json["kernels"] = new JsonArray([.. profile.Kernels.Select(kernel => new JsonObject
        {
            ["phase"] = kernel.Phase,
            ["kernel"] = kernel.Kernel,
            ["calls"] = JsonOutput.Number(kernel.Calls),
            ["ms"] = JsonOutput.Number(kernel.Milliseconds),
            ["share"] = JsonOutput.Number(kernel.Milliseconds / profile.Milliseconds),
            ["gflop"] = JsonOutput.Number(kernel.Operations / 1e9),
            ["gb"] = JsonOutput.Number(kernel.Bytes / 1e9),
            ["gflops"] = JsonOutput.Number(kernel.GigaflopsPerSecond),
            ["gb_per_s"] = JsonOutput.Number(kernel.GigabytesPerSecond),
        })]);
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}

using System.Globalization;
using System.Text.Json.Nodes;
using ManagedTransformer.Benchmarks;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Profiling;
using Spectre.Console;

namespace ManagedTransformer.Cli.Views;

/// <summary>The kernels of a training step.</summary>
internal static class ProfileTable
{
    /// <summary>A line about the whole step, and a row per kernel.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="profile">What was measured.</param>
    /// <param name="card">The card whose times are predicted beside; null for none.</param>
    public static void Draw(Terminal terminal, TrainingProfile profile, CardCeilings? card)
    {
        terminal.Output.WriteLine(
            $"{profile.ModelOperations / 1e9:F2} model GFLOP per step, matrix product of 1024 x 1024 x 1024 at "
            + $"{profile.PeakGigaflopsPerSecond:F1} GFLOP/s: "
            + $"MFU {profile.Utilization:P1}");
        if (MatMulPrecisionScope.Of(Device.Current) is var precision and not MatMulPrecision.Float32)
        {
            terminal.Output.WriteLine($"Operands of products rounded to {Name(precision)}");
        }

        if (profile.LimitGigaflopsPerSecond is { } limit)
        {
            terminal.Output.WriteLine(
                $"Multiplications and additions in registers at {limit:F1} GFLOP/s: MFU {profile.UtilizationOfLimit:P1} of them");
        }

        terminal.Output.WriteLine(
            $"With a clock at every kernel {profile.Milliseconds:F2} ms per step, "
            + $"{profile.MillisecondsOutsideKernels:F2} ms of them outside kernels");
        StepPrediction? prediction = card is null ? null : new StepPrediction(card, MatMulPrecisionScope.Of(Device.Current));
        if (card is not null)
        {
            terminal.Output.WriteLine(Predicted(profile, card));
        }

        Table table = new Table().Border(TableBorder.Simple).AddColumn("Phase").AddColumn("Kernel");
        foreach (string column in new[] { "Calls", "ms", "Share", "GFLOP", "MB", "GFLOP/s", "GB/s" })
        {
            table.AddColumn(new TableColumn(column).RightAligned());
        }

        if (card is not null)
        {
            table.AddColumn(new TableColumn($"{card.Name} ms").RightAligned()).AddColumn("Bound by");
        }

        foreach (KernelCost kernel in profile.Kernels)
        {
            bool computes = kernel.Operations > 0;
            string[] measured =
            [
                kernel.Phase, kernel.Kernel, Number(kernel.Calls, "0.#"), Number(kernel.Milliseconds, "F3"),
                Number(kernel.Milliseconds / profile.Milliseconds, "P1"),
                computes ? Number(kernel.Operations / 1e9, "F3") : "", Number(kernel.Bytes / 1e6, "F2"),
                computes ? Number(kernel.GigaflopsPerSecond, "F1") : "", Number(kernel.GigabytesPerSecond, "F1"),
            ];
            table.AddRow(prediction is null
                ? measured
                :
                [
                    .. measured, Number(prediction.Milliseconds(kernel), "F4"),
                    prediction.IsBoundByArithmetic(kernel) ? "arithmetic" : "memory",
                ]);
        }

        terminal.Write(table);
    }

    /// <summary>The same as members of a measurement.</summary>
    /// <param name="json">Takes them on.</param>
    /// <param name="profile">What was measured.</param>
    /// <param name="card">The card whose times are predicted beside; null for none.</param>
    public static void AddTo(JsonObject json, TrainingProfile profile, CardCeilings? card)
    {
        json["precision"] = Name(MatMulPrecisionScope.Of(Device.Current));
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
        if (card is null)
        {
            return;
        }

        json["card"] = card.Name;
        json["predicted_launch_ms"] = JsonOutput.Number(StepPrediction.LaunchMilliseconds(profile.Kernels));
        foreach (MatMulPrecision precision in Enum.GetValues<MatMulPrecision>())
        {
            StepPrediction prediction = new(card, precision);
            string name = $"predicted_{Name(precision)}_ms";
            json[name] = JsonOutput.Number(prediction.KernelMilliseconds(profile.Kernels));
            foreach ((JsonNode? entry, KernelCost kernel) in json["kernels"]!.AsArray().Zip(profile.Kernels))
            {
                entry![name] = JsonOutput.Number(prediction.Milliseconds(kernel));
            }
        }
    }

    private static string Predicted(TrainingProfile profile, CardCeilings card)
    {
        IEnumerable<string> times = Enum.GetValues<MatMulPrecision>().Select(precision =>
            $"{Number(new StepPrediction(card, precision).KernelMilliseconds(profile.Kernels), "F3")} ms in {Name(precision)}");
        return $"Predicted on {card.Title}, not measured: kernels {string.Join(", ", times)}; the host starts "
            + $"{Number(profile.Kernels.Sum(kernel => kernel.Calls), "0")} kernels or more in "
            + $"{Number(StepPrediction.LaunchMilliseconds(profile.Kernels), "F3")} ms, at {StepPrediction.LaunchMicroseconds} us each";
    }

    private static string Name(MatMulPrecision precision) => precision.ToString().ToLowerInvariant();

    // What took no time that a clock can tell has no rate.
    private static string Number(double value, string format) =>
        double.IsFinite(value) ? value.ToString(format, CultureInfo.InvariantCulture) : "";
}

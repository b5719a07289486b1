using System.Text.Json.Nodes;
using ManagedTransformer.Benchmarks;
using ManagedTransformer.Cli.Terminals;

namespace ManagedTransformer.Cli.Views;

/// <summary>Shows what <c>mt bench scale</c> measured, and what it simulates.</summary>
internal static class ScaleView
{
    /// <summary>Writes a measurement.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="measured">The measurement.</param>
    /// <param name="threads">Threads of each process.</param>
    /// <param name="first">What its efficiency is measured by; null for nothing.</param>
    /// <param name="json">Whether as JSON.</param>
    public static void Write(Terminal terminal, ScaleMeasurement measured, int threads, ScaleMeasurement? first, bool json)
    {
        double? efficiency = first is null ? null : first.Milliseconds / measured.Milliseconds;
        if (json)
        {
            JsonOutput.Write(terminal.Output, new JsonObject
            {
                ["processes"] = measured.Workers,
                ["threads"] = threads,
                ["batches"] = measured.Batches,
                ["parameters"] = measured.Parameters,
                ["ms"] = JsonOutput.Number(measured.Milliseconds),
                ["ms_without_overlap"] = JsonOutput.Number(measured.LateMilliseconds),
                ["exchange_ms"] = JsonOutput.Number(measured.ExchangeMilliseconds),
                ["exchange_ms_without_overlap"] = JsonOutput.Number(measured.LateExchangeMilliseconds),
                ["bytes_per_step"] = measured.BytesPerStep,
                ["latency_us"] = JsonOutput.Number(measured.LatencyMicroseconds),
                ["gb_per_s"] = JsonOutput.Number(measured.GigabytesPerSecond),
                ["efficiency"] = JsonOutput.Number(efficiency),
            });
            return;
        }

        string relative = efficiency is null ? "" : $", efficiency {efficiency:F2}";
        terminal.Output.WriteLine(
            $"{measured.Workers} x {threads} threads: {measured.Milliseconds:F1} ms per update of {measured.Batches} batches "
            + $"({measured.ExchangeMilliseconds:F1} in exchanges), without overlap {measured.LateMilliseconds:F1} "
            + $"({measured.LateExchangeMilliseconds:F1}), {measured.BytesPerStep:N0} bytes sent{relative}");
    }

    /// <summary>Reads a measurement that another process wrote.</summary>
    /// <param name="json">Its object.</param>
    public static ScaleMeasurement Read(JsonObject json) => new()
    {
        Workers = json["processes"]!.GetValue<int>(),
        Batches = json["batches"]!.GetValue<int>(),
        Parameters = json["parameters"]!.GetValue<long>(),
        Milliseconds = Number(json, "ms"),
        LateMilliseconds = Number(json, "ms_without_overlap"),
        ExchangeMilliseconds = Number(json, "exchange_ms"),
        LateExchangeMilliseconds = Number(json, "exchange_ms_without_overlap"),
        BytesPerStep = json["bytes_per_step"]!.GetValue<long>(),
        LatencyMicroseconds = Number(json, "latency_us"),
        GigabytesPerSecond = Number(json, "gb_per_s"),
    };

    /// <summary>Writes what more machines would take.</summary>
    /// <param name="terminal">Where to.</param>
    /// <param name="one">The measurement of one process.</param>
    /// <param name="workers">Numbers of machines.</param>
    /// <param name="latency">Microseconds of a short message.</param>
    /// <param name="bandwidth">Gigabytes per second.</param>
    /// <param name="json">Whether as JSON.</param>
    public static void WriteModel(
        Terminal terminal, ScaleMeasurement one, int[] workers, double latency, double bandwidth, bool json)
    {
        double batch = one.Milliseconds / one.Batches / 1e3;
        ScaleModel model = new(one.Parameters, batch, updateSeconds: 0, bandwidth * 1e9, latency / 1e6);
        if (!json)
        {
            terminal.Output.WriteLine(
                $"Simulated, not measured: every machine does {one.Batches} batches of {batch * 1e3:F1} ms, {one.Parameters:N0} values, "
                + $"{latency:F1} microseconds, {bandwidth:F1} GB/s");
        }

        foreach (int count in workers)
        {
            double milliseconds = model.Seconds(count, one.Batches) * 1e3, efficiency = model.Efficiency(count, one.Batches);
            if (json)
            {
                JsonOutput.Write(terminal.Output, new JsonObject
                {
                    ["simulated_machines"] = count,
                    ["batches"] = count * one.Batches,
                    ["ms"] = JsonOutput.Number(milliseconds),
                    ["efficiency"] = JsonOutput.Number(efficiency),
                });
            }
            else
            {
                terminal.Output.WriteLine($"{count,6:N0} machines: {milliseconds,9:F1} ms per update, efficiency {efficiency:F2}");
            }
        }
    }

    private static double Number(JsonObject json, string name) => json[name]?.GetValue<double>() ?? 0;
}

using System.CommandLine;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Benchmarks;
using ManagedTransformer.Tensors.Cpu;
using ManagedTransformer.Tensors.Reference;
using Spectre.Console;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt doctor</c></summary>
internal static class DoctorCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Option<int?> threads = CommonOptions.Threads();
        Option<bool> bandwidth = new("--bandwidth")
        {
            Description = "Measure how fast memory is read and copied, and numbers are multiplied and added, on one thread and on all.",
        };
        Option<bool> json = CommonOptions.Json();
        Command command = new("doctor", "Shows what the machine offers and tests every kernel against its plain scalar twin.") { threads,
            DeviceOption.Create(), bandwidth, json };
        command.SetAction(result =>
        {
            DeviceOption.RegisterAll();
            CommonOptions.Apply(result.GetValue(threads));
            bool isJson = result.GetValue(json);
            int[] counts = result.GetValue(bandwidth) ? [.. new[] { 1, CpuThreads.Count }.Distinct()] : [];
            MachineSpeed[] speeds =
                [.. counts.Select(count => new MachineSpeed(BandwidthBenchmark.Run(count), MultiplyAddBenchmark.Run(count)))];
            if (!isJson)
            {
                Draw(terminal, speeds);
            }

            IReadOnlyList<KernelTestResult> results = Test(terminal.ProgressFor(isJson));
            KernelTestResult[] failures = [.. results.Where(test => !test.Passed)];
            if (isJson)
            {
                JsonOutput.Write(terminal.Output, ToJson(speeds, results.Count, failures));
            }

            return failures.Length == 0 ? CommandLine.Done : CommandLine.Failed;
        });
        return command;
    }

    private static double Memory => GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (1024.0 * 1024);

    private static IReadOnlyList<KernelTestResult> Test(ProgressLine progress)
    {
        int done = 0;
        IReadOnlyList<KernelTestResult> results = KernelSelfTest.Run(Device.Current, result =>
        {
            done++;
            if (!result.Passed)
            {
                progress.WriteLine($"FAILED {result.Kernel}: {result.Case}: {result.Description}");
            }

            progress.Update($"Testing kernels: {done:N0} of {KernelSelfTest.CaseCount:N0} cases");
        });
        int failed = results.Count(result => !result.Passed), kernels = results.Select(result => result.Kernel).Distinct().Count();
        progress.WriteLine(failed == 0
            ? $"All {results.Count:N0} cases of {kernels} kernels agree with the scalar reference."
            : $"{failed:N0} of {results.Count:N0} cases of {kernels} kernels differ from the scalar reference.");
        return results;
    }

    private static void Draw(Terminal terminal, MachineSpeed[] speeds)
    {
        Table table = new Table().Border(TableBorder.Simple).HideHeaders().AddColumn("").AddColumn("");
        Row("System", $"{RuntimeInformation.OSDescription}, {RuntimeInformation.ProcessArchitecture}");
        Row(".NET", Environment.Version.ToString());
        Row("Cores", $"{Environment.ProcessorCount}");
        Row("Memory", $"{Memory:N0} MiB");
        Row("Vectors", CpuFeatures.VectorBits > 0 ? $"{CpuFeatures.VectorBits} bits" : "none");
        Row("Instructions", string.Join(' ', CpuFeatures.InstructionSets));
        foreach (DeviceDescription device in Devices.All())
        {
            Row("Device", $"{device.Name}: {device.Description}");
        }

        foreach ((BandwidthMeasurement memory, double gigaflops) in speeds)
        {
            string threads = memory.Threads == 1 ? "1 thread" : $"{memory.Threads} threads";
            Row("Bandwidth",
                $"{memory.ReadGigabytesPerSecond:F1} GB/s read, {memory.CopyGigabytesPerSecond:F1} GB/s read "
                + $"and written by copies, {threads}");
            Row("Arithmetic", $"{gigaflops:F1} GFLOP/s of float32 in registers, {threads}");
        }

        terminal.Write(table);

        void Row(string key, string value) => table.AddRow(new Text(key), new Text(value));
    }

    private static JsonObject ToJson(MachineSpeed[] speeds, int cases, KernelTestResult[] failures) => new()
    {
        ["system"] = RuntimeInformation.OSDescription,
        ["architecture"] = RuntimeInformation.ProcessArchitecture.ToString(),
        ["dotnet"] = Environment.Version.ToString(),
        ["cores"] = Environment.ProcessorCount,
        ["memory_mib"] = JsonOutput.Number(Memory),
        ["vector_bits"] = CpuFeatures.VectorBits,
        ["instruction_sets"] = new JsonArray([.. CpuFeatures.InstructionSets.Select(name => (JsonNode)name)]),
        ["devices"] = new JsonArray([.. Devices.All().Select(device => (JsonNode)device.Name)]),
        ["tested"] = Device.Current.Name,
        ["bandwidth"] = new JsonArray([.. speeds.Select(speed => new JsonObject
        {
            ["threads"] = speed.Memory.Threads,
            ["read_gb_per_s"] = JsonOutput.Number(speed.Memory.ReadGigabytesPerSecond),
            ["copy_gb_per_s"] = JsonOutput.Number(speed.Memory.CopyGigabytesPerSecond),
            ["gflops"] = JsonOutput.Number(speed.GigaflopsPerSecond),
        })]),
        ["cases"] = cases,
        ["failures"] = new JsonArray([.. failures.Select(failure => new JsonObject
        {
            ["kernel"] = failure.Kernel,
            ["case"] = failure.Case,
            ["description"] = failure.Description,
        })]),
        ["passed"] = failures.Length == 0,
    };

    private sealed record MachineSpeed(BandwidthMeasurement Memory, double GigaflopsPerSecond);
}

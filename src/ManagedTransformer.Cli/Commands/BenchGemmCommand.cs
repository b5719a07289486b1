using System.CommandLine;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Benchmarks;
using ManagedTransformer.Tensors.Cpu;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt bench gemm</c></summary>
internal static class BenchGemmCommand
{
    private const float DefaultSeconds = 0.3f;
    private static readonly int[][] _defaultShapes =
        [[1024, 1024, 1024], [2048, 768, 256], [2048, 256, 1024], [768, 128, 128], [256, 1024, 2048]];
    private static readonly string[] _transposes = ["nn", "nt", "tn", "tt"];

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Option<int[][]?> shapes = new("--shapes")
        {
            Description =
                "Sizes of C [M, N] and length K of its sums (default: "
                + $"{string.Join(';', _defaultShapes.Select(shape => string.Join(',', shape)))}).",
            HelpName = "M,N,K;...",
            CustomParser = result => ParseShapes(result, result.Tokens[0].Value),
        };
        Option<string[]?> transposes = new("--transposes")
        {
            Description = "Which of A and B are stored transposed (default: all four).",
            HelpName = string.Join(',', _transposes),
            CustomParser = result => ParseTransposes(result, result.Tokens[0].Value),
        };
        Option<int?> threads = CommonOptions.Threads();
        threads.Description = "Threads to compute with (default: once 1, once one per core; on a GPU they do not matter).";
        Option<float?> seconds = CommonOptions.Real("--seconds", $"Seconds to measure each product (default: {DefaultSeconds}).",
            value => value > 0, "above 0");
        Option<bool> json = CommonOptions.Json(isLines: true);
        ExampleCommand command = new("gemm",
            "Measures the matrix product C = A B.",
            "mt bench gemm",
            "mt bench gemm --shapes \"512,512,512;64,2048,256\" --transposes nn,nt --threads 1 --json")
        { shapes, transposes, threads, DeviceOption.Create(), DeviceOption.Precision(), seconds, json };
        command.SetAction(result =>
        {
            int[] threadCounts = result.GetValue(threads) is { } count
                ? [count]
                : Device.Current != Device.Cpu ? [CpuThreads.Count] : [.. new[] { 1, CpuThreads.Count }.Distinct()];
            foreach (int[] shape in CommonOptions.Given(result, shapes, _defaultShapes))
            {
                foreach (string transpose in CommonOptions.Given(result, transposes, _transposes))
                {
                    foreach (int threadCount in threadCounts)
                    {
                        GemmShape problem = new(shape[0], shape[1], shape[2], transpose[0] == 't', transpose[1] == 't');
                        Write(terminal, GemmBenchmark.Run(problem, threadCount, result.GetValue(seconds) ?? DefaultSeconds),
                            result.GetValue(json));
                    }
                }
            }
        });
        return command;
    }

    private static void Write(Terminal terminal, GemmMeasurement measured, bool json)
    {
        GemmShape shape = measured.Problem;
        if (!json)
        {
            string product = $"{(shape.TransposeA ? "A^T" : "A")} {(shape.TransposeB ? "B^T" : "B")}";
            terminal.Output.WriteLine(
                $"{shape.M,5} x {shape.N,5} x {shape.K,5}  {product,-7}  {measured.Threads,2} threads  {measured.Milliseconds,9:F3} ms  "
                + $"{measured.GigaflopsPerSecond,7:F1} GFLOP/s"
                + (measured.LimitGigaflopsPerSecond is { } limit
                    ? $"  {measured.GigaflopsPerSecond / limit,4:F2} of {limit:F1} in registers" : ""));
            return;
        }

        JsonOutput.Write(terminal.Output, new JsonObject
        {
            ["m"] = shape.M,
            ["n"] = shape.N,
            ["k"] = shape.K,
            ["transpose_a"] = shape.TransposeA,
            ["transpose_b"] = shape.TransposeB,
            ["threads"] = measured.Threads,
            ["ms"] = JsonOutput.Number(measured.Milliseconds),
            ["gflops"] = JsonOutput.Number(measured.GigaflopsPerSecond),
            ["limit_gflops"] = measured.LimitGigaflopsPerSecond is { } known ? JsonOutput.Number(known) : null,
        });
    }

    private static int[][]? ParseShapes(ArgumentResult result, string text)
    {
        List<int[]> shapes = [];
        foreach (string part in text.Split(';', StringSplitOptions.RemoveEmptyEntries))
        {
            if (CommonOptions.PositiveList(result, part, "--shapes") is not { } sizes)
            {
                return null;
            }

            if (sizes.Length != 3)
            {
                result.AddError($"--shapes needs three sizes M,N,K per product, not '{part}'");
                return null;
            }

            shapes.Add(sizes);
        }

        if (shapes.Count == 0)
        {
            result.AddError("--shapes needs at least one product");
        }

        return [.. shapes];
    }

    private static string[]? ParseTransposes(ArgumentResult result, string text)
    {
        string[] parts = text.Split(',', StringSplitOptions.TrimEntries);
        if (parts.FirstOrDefault(part => !_transposes.Contains(part)) is { } unknown)
        {
            result.AddError($"--transposes knows nn, nt, tn and tt, not '{unknown}'");
            return null;
        }

        return parts;
    }
}

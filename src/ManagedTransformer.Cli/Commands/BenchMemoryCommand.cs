using System.CommandLine;
using System.Text.Json.Nodes;
using ManagedTransformer.Architectures.ProductKeyMemory;
using ManagedTransformer.Benchmarks;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt bench memory</c></summary>
internal static class BenchMemoryCommand
{
    private const int DefaultTokens = 512, DefaultDim = 256, DefaultSteps = 20;
    private static readonly int[] _defaultSlots = [65_536, 1_048_576];

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        ProductKeyMemoryConfig standard = new();
        Option<int[]?> slots = new("--slots")
        {
            Description = $"Slots of the memories to measure, square numbers (default: {string.Join(',', _defaultSlots)}).",
            HelpName = "N,N,...",
            CustomParser = result => CommonOptions.PositiveList(result, result.Tokens[0].Value, "--slots"),
        };
        Option<int?> heads = CommonOptions.Positive("--heads", $"Number of heads (default: {standard.Heads}).");
        Option<int?> topK = CommonOptions.Positive("--top-k", $"Slots that a head reads (default: {standard.TopK}).");
        Option<int?> keyDim = CommonOptions.Positive("--key-dim", $"Width of a key (default: {standard.KeyDim}).");
        Option<int?> tokens = CommonOptions.Positive("--tokens", $"Rows per step (default: {DefaultTokens}).");
        Option<int?> dim = CommonOptions.Positive("--dim", $"Width of input and values (default: {DefaultDim}).");
        Option<int?> steps = CommonOptions.Positive(
            "--steps", $"Steps to measure, after two seconds of warm-up (default: {DefaultSteps}).");
        Option<int?> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json(isLines: true);
        ExampleCommand command = new("memory",
            "Measures training steps (forward, backward, lazy Adam) of one product-key memory layer on random rows.",
            "mt bench memory --slots 65536,1048576 --heads 4 --top-k 32 --tokens 512 --dim 256 --json")
        { slots, heads, topK, keyDim, tokens, dim, steps, threads, DeviceOption.Create(), json };
        command.SetAction(result =>
        {
            CommonOptions.Apply(result.GetValue(threads));
            foreach (int count in CommonOptions.Given(result, slots, _defaultSlots))
            {
                ProductKeyMemoryConfig config = standard with
                {
                    NKeys = SquareRoot(count),
                    Heads = result.GetValue(heads) ?? standard.Heads,
                    TopK = result.GetValue(topK) ?? standard.TopK,
                    KeyDim = result.GetValue(keyDim) ?? standard.KeyDim,
                };
                Write(terminal, MemoryBenchmark.Run(
                    config, result.GetValue(dim) ?? DefaultDim, result.GetValue(tokens) ?? DefaultTokens,
                    result.GetValue(steps) ?? DefaultSteps), result.GetValue(json));
            }
        });
        return command;
    }

    private static int SquareRoot(int slots)
    {
        int root = (int)Math.Round(Math.Sqrt(slots));
        return root * root == slots ? root : throw new InputException($"--slots needs square numbers, {slots} is none.");
    }

    private static void Write(Terminal terminal, MemoryMeasurement measured, bool json)
    {
        if (!json)
        {
            terminal.Output.WriteLine(
                $"{measured.Slots,9:N0} slots  {measured.Milliseconds,8:F2} ms per step ({measured.ForwardMilliseconds:F2} forward)  "
                + $"{measured.TokensPerSecond,7:N0} tokens/s  "
                + $"{measured.Parameters,13:N0} parameters  {measured.PeakMebibytes,6:N0} MiB at most  "
                + $"{measured.SetUpSeconds:F1} s to set up");
            return;
        }

        JsonOutput.Write(terminal.Output, new JsonObject
        {
            ["slots"] = measured.Slots,
            ["ms"] = JsonOutput.Number(measured.Milliseconds),
            ["forward_ms"] = JsonOutput.Number(measured.ForwardMilliseconds),
            ["tokens_per_s"] = JsonOutput.Number(measured.TokensPerSecond),
            ["parameters"] = measured.Parameters,
            ["peak_mib"] = JsonOutput.Number(measured.PeakMebibytes),
            ["set_up_s"] = JsonOutput.Number(measured.SetUpSeconds),
        });
    }
}

using System.CommandLine;
using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Data.Text;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt bench tokenize</c></summary>
internal static class BenchTokenizeCommand
{
    private const int DefaultRounds = 5;

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Option<string> file = new("--tokenizer")
        {
            Description = "A tokenizer.json, a sentencepiece .model, or a folder with one.",
            HelpName = "FILE|DIR",
            Required = true,
        };
        Option<string> data = new("--data") { Description = "The text to encode, in UTF-8.", HelpName = "FILE", Required = true };
        Option<int?> rounds = CommonOptions.Positive(
            "--rounds", $"How often the text is encoded after a round of warm-up (default: {DefaultRounds}).");
        Option<bool> json = CommonOptions.Json();
        ExampleCommand command = new("tokenize",
            "Measures how fast a tokenizer encodes a text on one thread.",
            "mt bench tokenize --tokenizer qwen3/tokenizer.json --data text.txt",
            "mt bench tokenize --tokenizer spiece.model --data text.txt.gz --rounds 9 --json")
        { file, data, rounds, json };
        command.SetAction(result =>
        {
            ITokenizer tokenizer = Tokenizer.Load(result.GetRequiredValue(file));
            TextCorpus text = TextCorpus.Load(result.GetRequiredValue(data), new TextCorpusOptions { ValidationFraction = 0 });
            Write(terminal, TokenizerBenchmark.Run(tokenizer, text.Train.Span, result.GetValue(rounds) ?? DefaultRounds),
                result.GetValue(json));
        });
        return command;
    }

    private static void Write(Terminal terminal, TokenizerMeasurement measured, bool json)
    {
        if (!json)
        {
            terminal.Output.WriteLine(
                $"{measured.MegabytesPerSecond:F2} MB/s, {measured.TokensPerSecond:N0} tokens/s: {measured.Bytes:N0} bytes and "
                + $"{measured.Tokens:N0} tokens in {measured.Milliseconds:F1} ms, {measured.AllocatedBytesPerToken:F1} managed bytes per "
                + "token");
            return;
        }

        JsonOutput.Write(terminal.Output, new JsonObject
        {
            ["mb_per_s"] = JsonOutput.Number(measured.MegabytesPerSecond),
            ["tokens_per_s"] = JsonOutput.Number(measured.TokensPerSecond),
            ["ms"] = JsonOutput.Number(measured.Milliseconds),
            ["bytes"] = measured.Bytes,
            ["tokens"] = measured.Tokens,
            ["rounds"] = measured.Rounds,
            ["allocated_bytes_per_token"] = JsonOutput.Number(measured.AllocatedBytesPerToken),
        });
    }
}

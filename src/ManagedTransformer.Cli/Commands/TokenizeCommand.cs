using System.CommandLine;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt tokenize</c></summary>
internal static class TokenizeCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Option<string> file = new("--tokenizer")
        {
            Description = "A tokenizer.json, a sentencepiece .model, or a folder with one.",
            HelpName = "FILE|DIR",
            Required = true,
        };
        Option<bool> lines = new("--jsonl")
        {
            Description = "Standard input has JSON lines: {\"text\", \"pair\", \"add_special\"}, or {\"ids\": [...]} to decode.",
        };
        Option<bool> whole = new("--whole") { Description = "Neither cut nor fill up texts, whatever the tokenizer's file says." };
        Option<bool> json = CommonOptions.Json(isLines: true);
        ExampleCommand command = new("tokenize",
            "Splits the lines of standard input into tokens, or decodes ids.",
            "echo \"Hello, world\" | mt tokenize --tokenizer qwen3/tokenizer.json",
            "mt tokenize --tokenizer t5/spiece.model --json < lines.txt",
            "echo '{\"ids\": [1, 2, 3]}' | mt tokenize --tokenizer qwen3 --jsonl --json")
        { file, lines, whole, json };
        command.SetAction(result =>
        {
            ITokenizer tokenizer = Tokenizer.LoadWithParts(result.GetRequiredValue(file));
            TokenizedLines reader = new(tokenizer, result.GetValue(lines), !result.GetValue(whole));
            TokenView view = new(terminal, result.GetValue(json));
            bool hasFailed = false;
            foreach (string? line in InputLines.Read(terminal.RequireInput()))
            {
                TokenizedLine read = reader.Read(line);
                hasFailed |= read.Error is not null;
                view.Write(read);
            }

            return hasFailed ? CommandLine.Failed : CommandLine.Done;
        });
        return command;
    }
}

using System.CommandLine;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Exits;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Files;
using ManagedTransformer.Generation;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tokenization;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt generate</c></summary>
internal static class GenerateCommand
{
    private const string FromInput = "-";

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> model = ModelArgument.CreateLanguage();
        Option<string?> prompt = new("--prompt")
        {
            Description = "The text to continue; - reads it, as UTF-8, from standard input. Without it a model whose tokenizer marks where "
                + "texts begin begins one.",
            HelpName = "TEXT",
        };
        Option<int?> tokens = CommonOptions.Positive("--tokens", "How many tokens to add.");
        tokens.Required = true;
        Option<float?> temperature = CommonOptions.Real("--temperature",
            "Below 1 is more certain, above 1 more varied, 0 takes the likeliest token (default: 1).", value => value >= 0,
            "of at least 0");
        Option<int?> topK = CommonOptions.Number(
            "--top-k", "Draw from this many likeliest tokens only (default: 0, all).", 0, int.MaxValue);
        Option<float?> topP = CommonOptions.Real("--top-p", "Draw from the likeliest tokens with this much probability (default: 1, all).",
            value => value is > 0 and <= 1, "above 0 and at most 1");
        Option<ulong?> seed = CommonOptions.Seed("The same seed gives the same text (default: 1); each text of --samples counts it up.");
        Option<int?> samples = CommonOptions.Positive("--samples", "How many texts to write, one after the other (default: 1).");
        Option<string?> separator = new("--separator")
        {
            Description = "What stands between two of several texts, for instance the token that ends a text (default: an empty line).",
            HelpName = "TEXT",
        };
        Option<string[]?> stop = new("--stop-token")
        {
            Description = "End the text before this token, besides those that end the model's texts: its id or its text; repeatable.",
            HelpName = "ID|TEXT",
        };
        Option<DepthRule?> exits = ExitsOption.Single();
        Option<bool> ignoreEnd = new("--ignore-eos")
        {
            Description = "Go on where the model ends its text; without it generation stops there.",
        };
        Option<int?> stride = CommonOptions.Positive(
            "--window-stride",
            "Where the text outgrows the model's positions: tokens by which the window of what it sees moves at a time (default: 1, which "
            + "reads the whole window again for every token).");
        Option<DType?> weights = CommonOptions.Weights();
        AdapterOptionSet adapters = new();
        Option<int?> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json(isLines: true);
        ExampleCommand command = new("generate",
            "Continues a text, printing it as it comes.",
            "mt generate out/stories --prompt \"Once upon a time \" --tokens 300 --temperature 0.8",
            "mt generate gpt2 --prompt \"Once upon a time\" --tokens 50 --weights bf16",
            "mt generate SmolLM2-135M --adapter out/lora --prompt \"Once upon a time\" --tokens 50",
            "mt generate out/stories --prompt - --tokens 100 --top-k 20 --seed 7 < start.txt",
            "mt generate stories260k --tokens 512 --stop-token 1 --samples 20 --separator \"<s>\" > stories.txt")
        { model, prompt, tokens, temperature, topK, topP, seed, samples, separator, stop, exits, ignoreEnd, stride, weights, threads,
            DeviceOption.Create(), DeviceOption.Precision(), json };
        adapters.AddTo(command);
        command.SetAction(result =>
        {
            CommonOptions.Apply(result.GetValue(threads));
            string given = result.GetValue(prompt) ?? "";
            string text = given == FromInput ? Utf8Text.Read(terminal.RequireInput(), Terminal.InputName) : Utf8Text.Clean(given);
            LanguageModel loaded = LanguageModel.Load(result.GetRequiredValue(model), result.GetValue(weights), adapters.Read(result));
            RefuseWithoutEffect(result, loaded, exits, stride);
            if (given.Length == 0 && loaded.Tokenizer.Encode(given).Length == 0)
            {
                throw new UsageException("--prompt is needed: the model's tokenizer has no token that begins a text.");
            }

            int count = result.GetValue(samples) ?? 1;
            if (count == 1 || result.GetValue(json))
            {
                CommonOptions.Refuse(result, "stands between several texts (--samples) that are not --json", separator);
            }

            GenerationOptions defaults = new();
            GenerationOptions options = defaults with
            {
                MaxTokens = result.GetRequiredValue(tokens)!.Value,
                Temperature = result.GetValue(temperature) ?? defaults.Temperature,
                TopK = result.GetValue(topK) ?? defaults.TopK,
                TopP = result.GetValue(topP) ?? defaults.TopP,
                Seed = result.GetValue(seed) ?? defaults.Seed,
                Exits = result.GetValue(exits),
                IgnoreEndOfText = result.GetValue(ignoreEnd),
                WindowStride = result.GetValue(stride) ?? defaults.WindowStride,
                StopTokens = [.. (result.GetValue(stop) ?? []).Select(token => StopToken(token, loaded))],
            };
            for (int i = 0; i < count; i++)
            {
                GenerationOptions sample = options with { Seed = unchecked(options.Seed + (ulong)i) };
                if (result.GetValue(json))
                {
                    WriteJson(terminal, loaded, text, sample);
                }
                else
                {
                    terminal.Output.Write(i == 0 ? "" : result.GetValue(separator) ?? Environment.NewLine + Environment.NewLine);
                    Write(terminal, loaded, text, sample, tellsNotes: i == 0);
                }
            }

            if (!result.GetValue(json))
            {
                terminal.Output.WriteLine();
            }
        });
        return command;
    }

    private static void RefuseWithoutEffect(ParseResult result, LanguageModel model, Option exits, Option stride)
    {
        if (model.Network.Config.Exits is null)
        {
            CommonOptions.Refuse(result, "applies to depth-adaptive models; this one runs all layers", exits);
        }

        if (model.Network.Config.PositionLimit == int.MaxValue)
        {
            CommonOptions.Refuse(
                result, "applies to models with a limited number of positions; this one reads texts of any length", stride);
        }
    }

    // An id, or the text of a token that the vocabulary has as one.
    private static int StopToken(string token, LanguageModel model)
    {
        int size = model.Tokenizer.VocabularySize;
        if (int.TryParse(token, NumberStyles.None, CultureInfo.InvariantCulture, out int id) && id < size)
        {
            return id;
        }

        return Tokenizer.FindToken(model.Tokenizer, token) ?? throw new UsageException(
            $"--stop-token '{token}' is neither an id below {size} nor one token of the vocabulary.");
    }

    private static void Write(Terminal terminal, LanguageModel model, string prompt, GenerationOptions options, bool tellsNotes)
    {
        TextGeneration pieces = model.Generate(prompt, options);
        int told = tellsNotes ? WriteNotes(terminal, pieces, 0) : 0;
        terminal.Output.Write(prompt);
        foreach (string piece in pieces)
        {
            terminal.Output.Write(piece);
            terminal.Output.Flush();
        }

        if (tellsNotes)
        {
            WriteNotes(terminal, pieces, told);
        }
    }

    private static void WriteJson(Terminal terminal, LanguageModel model, string prompt, GenerationOptions options)
    {
        List<int> exits = [];
        TextGeneration pieces = model.Generate(prompt, options with { ExitObserver = exits.Add });
        long start = Stopwatch.GetTimestamp();
        string text = new StringBuilder().AppendJoin("", pieces).ToString();
        JsonObject line = new()
        {
            ["prompt"] = prompt,
            ["text"] = text,
            ["tokens"] = pieces.Tokens,
            ["tokens_per_s"] = JsonOutput.Number(pieces.Tokens / Stopwatch.GetElapsedTime(start).TotalSeconds),
            ["seed"] = options.Seed,
            ["prompt_tokens"] = pieces.PromptTokens,
            ["finish"] = pieces.IsStopped ? "end_of_text" : "length",
        };
        JsonOutput.AddNotes(line, pieces.Notes);
        if (exits.Count > 0)
        {
            line["exits"] = new JsonArray([.. exits.Select(exit => (JsonNode)exit)]);
            line["average_exit"] = JsonOutput.Number(exits.Average());
        }

        JsonOutput.Write(terminal.Output, line);
    }

    // Standard output carries the text alone. What is known before it comes before it.
    private static int WriteNotes(Terminal terminal, TextGeneration text, int told)
    {
        string[] notes = [.. text.Notes];
        foreach (string note in notes[told..])
        {
            terminal.Error.WriteLine(note);
        }

        return notes.Length;
    }
}

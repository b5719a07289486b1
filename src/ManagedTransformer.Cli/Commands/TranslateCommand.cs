using System.CommandLine;
using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Exits;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Generation;
using ManagedTransformer.Modules;
using ManagedTransformer.Modules.Decoding;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt translate</c></summary>
internal static class TranslateCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> model = ModelArgument.CreateTranslation();
        Argument<string?> file = new("FILE")
        {
            Description = "Sentences in UTF-8, one per line (also .gz); without it they come from standard input.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        SearchOptions search = new($"{SearchOptions.DefaultBatch}; 1 where a person types");
        Option<DepthRule?> exits = ExitsOption.Single();
        Option<bool> showExits = new("--show-exits")
        {
            Description = "Print the exit layer of every token behind the translation, after a tab (depth-adaptive models).",
        };
        Option<DType?> weights = CommonOptions.Weights();
        Option<int?> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json(isLines: true);
        ExampleCommand command = new("translate",
            "Translates lines in their order, printing each as it is done; an empty line stays empty.",
            "mt translate out/multi30k-de-en sentences.de",
            "mt translate out/multi30k-de-en --beam 1 < sentences.de > sentences.en")
        { model, file, exits, showExits, weights, threads, DeviceOption.Create(), DeviceOption.Precision(), json };
        search.AddTo(command);
        AdapterOptionSet adapters = new();
        adapters.AddTo(command);
        command.SetAction(result =>
        {
            CommonOptions.Apply(result.GetValue(threads));
            Stream? input = result.GetValue(file) is null ? terminal.RequireInput() : null;
            bool isTyped = result.GetValue(file) is null && terminal.IsInputInteractive;
            int batch = isTyped ? 1 : SearchOptions.DefaultBatch;
            TranslationOptions options = search.Read(result, terminal, batch) with { Exits = result.GetValue(exits) };
            options.Validate();
            using WeightScope scope = new(result.GetValue(weights));
            TranslationModel loaded = TranslationModel.Load(result.GetRequiredValue(model), adapters.Read(result));
            if (loaded.Network.Config.Exits is null)
            {
                CommonOptions.Refuse(result, $"applies to depth-adaptive models; {result.GetRequiredValue(model)} runs all layers",
                    exits, showExits);
            }

            IEnumerable<Translation> translations = result.GetValue(file) is { } path
                ? loaded.TranslateFile(path, options)
                : loaded.TranslateStream(input!, Terminal.InputName, options);
            bool isJson = result.GetValue(json), isShown = result.GetValue(showExits);
            foreach (Translation translation in translations)
            {
                Write(terminal, translation, isJson, isShown);
            }
        });
        return command;
    }

    private static void Write(Terminal terminal, Translation translation, bool json, bool showExits)
    {
        if (!json)
        {
            string exits = showExits && translation.Hypothesis is { Exits.Count: > 0 } found ? "\t" + string.Join(' ', found.Exits) : "";
            terminal.Output.Write($"{translation.Text}{exits}\n");
            terminal.Output.Flush();
            return;
        }

        JsonObject line = new() { ["source"] = translation.Source, ["translation"] = translation.Text };
        if (translation.IsTooLong)
        {
            line["too_long"] = true;
        }

        if (translation.Hypothesis is { } hypothesis)
        {
            line["score"] = JsonOutput.Number(hypothesis.Score);
            line["tokens"] = hypothesis.Tokens.Count;
            if (showExits)
            {
                line["exits"] = new JsonArray([.. hypothesis.Exits.Select(exit => (JsonNode)exit)]);
            }
        }

        JsonOutput.Write(terminal.Output, line);
    }
}

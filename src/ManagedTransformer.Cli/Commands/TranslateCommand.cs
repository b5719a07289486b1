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
        Option<string?> prefix = new("--prefix")
        {
            Description = "The text that every translation begins with; the search goes on behind it.",
            HelpName = "TEXT",
        };
        Option<int?> best = CommonOptions.Positive("--n-best",
            "Print so many translations of every sentence, best first, at most --beam: a line for each, with the number of the sentence and "
            + "the score before it, between tabs (default: 1, a line for every sentence).");
        Option<DType?> weights = CommonOptions.Weights();
        Option<int?> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json(isLines: true);
        ExampleCommand command = new("translate",
            "Translates lines in their order, printing each as it is done; an empty line stays empty.",
            "mt translate out/multi30k-de-en sentences.de",
            "mt translate out/multi30k-de-en --beam 1 < sentences.de > sentences.en",
            "mt translate out/multi30k-de-en sentences.de --prefix \"A man\" --n-best 5 --json")
        { model, file, prefix, best, exits, showExits, weights, threads, DeviceOption.Create(), DeviceOption.Precision(), json };
        search.AddTo(command);
        AdapterOptionSet adapters = new();
        adapters.AddTo(command);
        command.SetAction(result =>
        {
            CommonOptions.Apply(result.GetValue(threads));
            Stream? input = result.GetValue(file) is null ? terminal.RequireInput() : null;
            bool isTyped = result.GetValue(file) is null && terminal.IsInputInteractive;
            int batch = isTyped ? 1 : SearchOptions.DefaultBatch;
            TranslationOptions options = search.Read(result, terminal, batch) with
            {
                Exits = result.GetValue(exits),
                Prefix = result.GetValue(prefix) ?? "",
                NBest = result.GetValue(best) ?? 1,
            };
            if (options.NBest > options.Search.Beam)
            {
                throw new UsageException(
                    $"--n-best is {options.NBest}; a beam of {options.Search.Beam} finds at most as many translations.");
            }

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
            bool isJson = result.GetValue(json), isShown = result.GetValue(showExits), isList = result.GetValue(best) is not null;
            long number = 0;
            foreach (Translation translation in translations)
            {
                number++;
                if (isJson)
                {
                    WriteJson(terminal, translation, isShown, isList);
                }
                else if (isList)
                {
                    WriteList(terminal, translation, number, isShown);
                }
                else
                {
                    terminal.Output.Write($"{translation.Text}{Exits(translation.Hypothesis, isShown)}\n");
                    terminal.Output.Flush();
                }
            }
        });
        return command;
    }

    private static string Exits(Hypothesis? hypothesis, bool areShown) =>
        areShown && hypothesis is { Exits.Count: > 0 } found ? "\t" + string.Join(' ', found.Exits) : "";

    private static void WriteList(Terminal terminal, Translation translation, long number, bool showExits)
    {
        foreach ((string text, Hypothesis hypothesis) in translation.NBest)
        {
            terminal.Output.Write(FormattableString.Invariant($"{number}\t{hypothesis.Score:F4}\t{text}{Exits(hypothesis, showExits)}\n"));
        }

        terminal.Output.Flush();
    }

    private static void WriteJson(Terminal terminal, Translation translation, bool showExits, bool isList)
    {
        JsonObject line = new() { ["source"] = translation.Source, ["translation"] = translation.Text };
        if (translation.IsTooLong)
        {
            line["too_long"] = true;
        }

        if (translation.Hypothesis is { } hypothesis)
        {
            Describe(line, hypothesis, showExits);
        }

        if (isList)
        {
            line["n_best"] = new JsonArray([.. translation.NBest.Select(candidate =>
                Describe(new JsonObject { ["translation"] = candidate.Text }, candidate.Hypothesis, showExits))]);
        }

        JsonOutput.Write(terminal.Output, line);
    }

    private static JsonObject Describe(JsonObject line, Hypothesis hypothesis, bool showExits)
    {
        line["score"] = JsonOutput.Number(hypothesis.Score);
        line["tokens"] = hypothesis.Tokens.Count;
        if (showExits)
        {
            line["exits"] = new JsonArray([.. hypothesis.Exits.Select(exit => (JsonNode)exit)]);
        }

        return line;
    }
}

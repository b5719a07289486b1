using System.CommandLine;
using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Modules.Reports;
using ManagedTransformer.Architectures.DepthAdaptive.Tuning;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt eval</c></summary>
internal static class EvalCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> model = ModelArgument.Create();
        Option<string?> data = CommonOptions.Data(
            "What to score (default: the validation part of what the model was trained on); for translation SOURCE_FILE,TARGET_FILE, a "
            + "TSV or builtin:translation.");
        Option<string> split = SplitOption.Create();
        Option<int?> contextWindow = CommonOptions.Number(
            "--context-window",
            "Tokens of a text that a language model sees before each scored block (default: as in training).",
            0,
            int.MaxValue);
        Option<string[]?> exits = ExitsOption.Several();
        SearchOptions search = new($"{SearchOptions.DefaultBatch}");
        Option<int?> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json();
        ExampleCommand command = new("eval",
            "Scores a model on a text (loss in nats per token, bits per character, perplexity), or a translation model on sentence pairs "
                + "(loss, perplexity, BLEU, chrF).",
            "mt eval out/stories",
            "mt eval out/shakespeare --data other.txt --json",
            "mt eval out/multi30k-de-en --data test.de,test.en --beam 5",
            "mt eval out/exits --data test.de,test.en --exits all --exits confidence:0.7")
        { model, data, split, contextWindow, exits, threads, DeviceOption.Create(), DeviceOption.Precision(), json };
        search.AddTo(command);
        command.SetAction(result =>
        {
            CommonOptions.Apply(result.GetValue(threads));
            EvaluationSplit part = SplitOption.Parse(result.GetRequiredValue(split));
            bool isJson = result.GetValue(json);
            TrainedModel loaded = TrainedModel.Open(result.GetRequiredValue(model));
            string[] rules = CommonOptions.Given(result, exits, []);
            if (loaded is TranslationModel translationModel)
            {
                CommonOptions.Refuse(result, $"applies to language models; {result.GetRequiredValue(model)} translates", contextWindow);
                if (translationModel.Network.Config.Exits is null)
                {
                    CommonOptions.Refuse(
                        result, $"applies to depth-adaptive models; {result.GetRequiredValue(model)} runs all layers", exits);
                }

                if (result.GetValue(data) is not null)
                {
                    CommonOptions.Refuse(
                        result, "chooses a part of what the model was trained on; pairs that --data names are scored as a whole", split);
                }

                Write(terminal, translationModel, rules, new TranslationEvaluationOptions
                {
                    Data = result.GetValue(data),
                    Split = part,
                    Translation = search.Read(result, terminal, SearchOptions.DefaultBatch),
                }, isJson);
                return;
            }

            if (((LanguageModel)loaded).Network.Config.Span is not null)
            {
                CommonOptions.Refuse(result,
                    $"applies to models that read block by block; {result.GetRequiredValue(model)} reads what its spans reach",
                    contextWindow);
            }

            CommonOptions.Refuse(result, $"applies to translation models; {result.GetRequiredValue(model)} is a language model",
                [exits, .. search.All]);
            Write(terminal, ModelEvaluation.Run((LanguageModel)loaded, new ModelEvaluationOptions
            {
                Data = result.GetValue(data),
                Split = part,
                ContextWindow = result.GetValue(contextWindow),
            }), isJson);
        });
        return command;
    }

    private static void Write(Terminal terminal, TranslationModel model, string[] rules, TranslationEvaluationOptions options, bool json)
    {
        if (rules.Length == 0)
        {
            TranslationScores.Write(terminal, TranslationEvaluation.Run(model, options), json);
            return;
        }

        ProgressLine progress = terminal.ProgressFor(json);
        ExitEvaluationResult result = ExitEvaluation.Run(model, ExitsOption.Resolve(rules, model), options,
            score => progress.Update(ExitTable.Describe(score)));
        progress.Clear();
        ExitTable.Write(terminal, result, json);
    }

    private static void Write(Terminal terminal, ModelEvaluationResult result, bool json)
    {
        if (!json)
        {
            string floor = result.Floor is { } bits ? $" (no model can go below {bits:F4} on average)" : "";
            terminal.Output.WriteLine(
                $"{result.Source}, {PartName(result.Split)}: {result.BitsPerCharacter:F4} bits/char{floor}, loss {result.Loss:F4} "
                + $"nats/token, perplexity {result.Perplexity:F3}, {result.Tokens:N0} tokens");
            foreach (MechanismReport report in result.Reports)
            {
                ReportView.WriteSentences(terminal, report);
            }

            return;
        }

        JsonObject line = new()
        {
            ["loss"] = JsonOutput.Number(result.Loss),
            ["bits_per_char"] = JsonOutput.Number(result.BitsPerCharacter),
            ["perplexity"] = JsonOutput.Number(result.Perplexity),
            ["tokens"] = result.Tokens,
        };
        if (result.Floor is not null)
        {
            line["floor_bits_per_char"] = JsonOutput.Number(result.Floor);
        }

        line["split"] = SplitOption.Name(result.Split);
        foreach (MechanismReport report in result.Reports)
        {
            report.AddTo(line);
        }

        JsonOutput.Write(terminal.Output, line);
    }

    private static string PartName(EvaluationSplit split) =>
        split == EvaluationSplit.All ? "the whole text" : $"the {SplitOption.Name(split)} part";
}

using System.CommandLine;
using System.Text.Json.Nodes;
using ManagedTransformer.Architectures.DepthAdaptive;
using ManagedTransformer.Architectures.DepthAdaptive.Tuning;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Cli.Commands;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;

namespace ManagedTransformer.Cli.Exits;

/// <summary><c>mt tune-exits</c></summary>
internal static class TuneExitsCommand
{
    private const string Confidence = "confidence", Geometric = "geometric";
    private static readonly ExitTuningOptions _defaults = new();

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> model = ModelArgument.CreateTranslation("A depth-adaptive translation model");
        Option<string?> data = CommonOptions.Data(
            "Sentence pairs to search on, SOURCE_FILE,TARGET_FILE or a TSV (default: "
            + "the validation part of what the model was trained on).");
        Option<string> output = new("--out")
        {
            Description = "Folder for the model with the chosen thresholds; it must be new or empty.",
            HelpName = "DIR",
            Required = true,
        };
        Option<string?> rule = new("--rule")
        {
            Description = "Which exits to tune (default: geometric for models with that classifier, else confidence).",
            HelpName = $"{Confidence}|{Geometric}",
        };
        CommonOptions.AcceptOnly(rule, Confidence, Geometric);
        Option<int?> sentences = CommonOptions.Positive("--sentences", "Pairs to search on, the first ones (default: all).");
        Option<int?> grid = CommonOptions.Positive("--grid",
            $"Thresholds common to all layers to try first, evenly spaced (default: {_defaults.Grid}).");
        Option<int?> draws = CommonOptions.Number("--draws", $"Random thresholds per layer to try then (default: {_defaults.Draws}).", 0,
            int.MaxValue);
        Option<ulong?> seed = CommonOptions.Seed($"Seed of the draws (default: {_defaults.Seed}).");
        Option<float?> bins = CommonOptions.Real("--bins",
            $"Width of the bins of the average exit, each of which keeps its best thresholds (default: {_defaults.BinWidth}).",
            value => value > 0, "above 0");
        Option<float?> loss = CommonOptions.Real("--max-loss",
            $"BLEU that the chosen thresholds may lose against full depth (default: {_defaults.MaxLoss}).", value => value >= 0,
            "of at least 0");
        SearchOptions search = new($"{SearchOptions.DefaultBatch}", beamDefault: 1);
        Option<int?> threads = CommonOptions.Threads();
        Option<bool> json = CommonOptions.Json();
        ExampleCommand command = new("tune-exits",
            "Finds thresholds at which tokens leave a depth-adaptive decoder, and writes the model with the "
            + "cheapest ones that lose little BLEU.",
            "mt tune-exits out/exits --data val.de,val.en --max-loss 0.5 --out out/exits-tuned",
            "mt tune-exits out/exits --sentences 500 --draws 1000 --out out/exits-tuned --json")
        { model, data, output, rule, sentences, grid, draws, seed, bins, loss, threads, DeviceOption.Create(), json };
        search.AddTo(command);
        command.SetAction(result =>
        {
            CommonOptions.Apply(result.GetValue(threads));
            string folder = result.GetRequiredValue(output);
            CheckpointFolder.RequireFree(folder);
            TranslationModel loaded = TranslationModel.Load(result.GetRequiredValue(model));
            ExitTuningOptions options = new()
            {
                Data = result.GetValue(data),
                Kind = result.GetValue(rule) switch { Confidence => HaltingKind.Confidence, Geometric => HaltingKind.Geometric, _ => null },
                Sentences = result.GetValue(sentences) ?? _defaults.Sentences,
                Grid = result.GetValue(grid) ?? _defaults.Grid,
                Draws = result.GetValue(draws) ?? _defaults.Draws,
                Seed = result.GetValue(seed) ?? _defaults.Seed,
                BinWidth = result.GetValue(bins) ?? _defaults.BinWidth,
                MaxLoss = result.GetValue(loss) is { } most ? CommonOptions.Exactly(most) : _defaults.MaxLoss,
                Translation = search.Read(result, terminal, SearchOptions.DefaultBatch),
            };
            return Run(terminal, loaded, options, folder, result.GetValue(json));
        });
        return command;
    }

    private static int Run(Terminal terminal, TranslationModel model, ExitTuningOptions options, string folder, bool json)
    {
        using StopSignal stop = new();
        ProgressLine progress = terminal.ProgressFor(json);
        ExitTuningResult result;
        try
        {
            result = ExitTuning.Run(model, options,
                (score, done, all) => progress.Update($"{done}/{all}  {ExitTable.Describe(score)}"), stop.Token);
        }
        catch (OperationCanceledException)
        {
            progress.Clear();
            new FailureReport(terminal, json).Write("Interrupted: no model was written.");
            return stop.ExitCode;
        }

        progress.Clear();
        if (result.Chosen is { } chosen)
        {
            model.WithExits(chosen.Rule).SaveNew(folder);
        }

        Write(terminal, result, folder, json);
        if (result.Chosen is null)
        {
            throw new InputException(
                $"No thresholds that were tried lose at most {options.MaxLoss} BLEU and cost less than full depth, so no model was "
                + "written; allow more with --max-loss or try more with --draws.");
        }

        return CommandLine.Done;
    }

    private static void Write(Terminal terminal, ExitTuningResult result, string folder, bool json)
    {
        if (json)
        {
            JsonOutput.Write(terminal.Output, new JsonObject
            {
                ["sentences"] = result.Sentences,
                ["bleu_signature"] = result.BleuSignature,
                ["tried"] = result.Tried,
                ["full_depth"] = ExitTable.ToJson(result.FullDepth),
                ["frontier"] = ExitTable.ToJson(result.Frontier),
                ["chosen"] = result.Chosen is null ? null : ExitTable.ToJson(result.Chosen),
                ["out"] = result.Chosen is null ? null : folder,
            });
            return;
        }

        terminal.Output.WriteLine(
            $"{result.Source}: {result.Sentences:N0} sentences, {result.Tried:N0} thresholds tried, {result.BleuSignature}");
        terminal.Write(ExitTable.Draw([.. result.Frontier, result.FullDepth]));
        if (result.Chosen is { } chosen)
        {
            terminal.Output.WriteLine($"Wrote the model with {chosen.Rule} to {folder}.");
        }
    }
}

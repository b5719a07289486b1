using System.CommandLine;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Conversion;
using ManagedTransformer.Linearizing;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Training;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt linearize</c></summary>
internal static class LinearizeCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> source = new("MODEL_DIR")
        {
            Description = "A model with rotary attention: a folder of a Llama, Mistral or Qwen, or one of this tool.",
        };
        Option<string> data = new("--data")
        {
            Description = "Text of the model's domain: a text file (or .gz of one), or a folder with train.txt and valid.txt.",
            HelpName = "PATH",
            Required = true,
        };
        Option<string> output = new("--out")
        {
            Description = "Folder for the linearised model and its stages; it must be new or empty, unless --resume is given.",
            HelpName = "DIR",
            Required = true,
        };
        LolcatsOptionSet lolcats = new();
        Option<int?> featureSize = CommonOptions.Positive(
            "--feature-size", "Rows of the feature maps (default: half the head's width for --map hedgehog, all of it for t2r).");
        Option<LayerChoice?> keepSoftmax = CommonOptions.KeepSoftmax("Layers that keep their softmax");
        Option<long?> transferSteps = Steps("--transfer-steps", "copies the softmax");
        Option<long?> loraSteps = Steps("--lora-steps", "trains low-rank updates");
        Option<string?> transfer = RecipeOption("--transfer", "linearize-transfer");
        Option<string?> lora = RecipeOption("--lora", "linearize-lora");
        Option<int?> context = CommonOptions.Positive("--context", "Tokens per row (default: the recipes', or what the model can read).");
        Option<int?> batch = CommonOptions.Positive("--batch", "Rows per batch (default: the recipes').");
        Option<int?> rank = CommonOptions.Positive("--rank", "Rank of the low-rank updates (default: the recipe's, 8).");
        Option<ulong?> seed = CommonOptions.Seed("Decides batches and initial values of updates (default: 1).");
        Option<bool> resume = new("--resume") { Description = "Continue what is in the output folder." };
        Option<int?> threads = CommonOptions.Threads();
        Option<MatMulPrecision?> precision = DeviceOption.Precision();
        Option<bool> json = CommonOptions.Json();
        ExampleCommand command = new("linearize",
            "Turns a pretrained softmax model into a recurrent network whose memory does not grow (LoLCATs): feature maps learn to copy the "
            + "softmax, then low-rank updates repair the rest. Ends with a comparison. Ctrl-C saves and stops.",
            "mt linearize stories260k --data stories.txt --out out/stories-rnn",
            "mt linearize smollm2-135m --data input.txt --window standard --window-size 32 --batch 1 --out out/smollm2-rnn")
        { source, data, output, lolcats.Map, lolcats.Window, lolcats.WindowSize, featureSize, keepSoftmax, transferSteps, loraSteps,
            transfer, lora, context, batch, rank, seed, resume, threads, DeviceOption.Create(), precision, json };
        command.SetAction(result =>
        {
            CommonOptions.Apply(result.GetValue(threads));
            lolcats.Validate(result);
            LinearizationOptions defaults = new();
            return Run(terminal, result.GetValue(json), new LinearizingOptions
            {
                Source = result.GetRequiredValue(source),
                Data = result.GetRequiredValue(data),
                Output = result.GetRequiredValue(output),
                Linearization = defaults with
                {
                    Map = result.GetValue(lolcats.Map) ?? defaults.Map,
                    FeatureSize = result.GetValue(featureSize),
                    Window = result.GetValue(lolcats.Window) ?? defaults.Window,
                    WindowSize = result.GetValue(lolcats.WindowSize),
                    KeepSoftmax = result.GetValue(keepSoftmax) ?? defaults.KeepSoftmax,
                },
                Transfer = result.GetValue(transfer) is { } first ? NamedRecipe.Load(first).LanguageModel : null,
                Lora = result.GetValue(lora) is { } second ? NamedRecipe.Load(second).LanguageModel : null,
                TransferSteps = result.GetValue(transferSteps),
                LoraSteps = result.GetValue(loraSteps),
                Context = result.GetValue(context),
                Batch = result.GetValue(batch),
                Precision = (TrainingPrecision?)result.GetValue(precision),
                Rank = result.GetValue(rank),
                Seed = result.GetValue(seed) ?? 1,
                Resume = result.GetValue(resume),
            });
        });
        return command;
    }

    private static Option<long?> Steps(string name, string what) =>
        CommonOptions.Number<long>(name, $"Updates of the stage that {what} (default: the recipe's).", 1, long.MaxValue);

    private static Option<string?> RecipeOption(string name, string builtin) => new(name)
    {
        Description = $"Recipe of the stage (default: {builtin}).",
        HelpName = "RECIPE",
    };

    private static int Run(Terminal terminal, bool json, LinearizingOptions options)
    {
        using StopSignal stop = new();
        ProgressLine progress = terminal.ProgressFor(json);
        TrainingReporter reporter = new(progress, terminal.Error);
        LinearizingRun run = LinearizingRun.Prepare(options);
        progress.WriteLine("Stage transfer: feature maps learn to copy the softmax.");
        if (!Train(run.PrepareTransfer()))
        {
            return Stopped("transfer");
        }

        progress.WriteLine("Stage lora: low-rank updates learn to predict the next token.");
        if (!Train(run.PrepareLora()))
        {
            return Stopped("lora");
        }

        progress.WriteLine("Comparing with the original.");
        try
        {
            LinearizingResult result = run.Finish(stop.Token);
            LinearizingView.Write(terminal, result, run.Result, json);
            return CommandLine.Done;
        }
        catch (OperationCanceledException)
        {
            return Stopped("comparison");
        }

        int Stopped(string stage)
        {
            if (json)
            {
                LinearizingView.WriteStopped(terminal, stage, options.Output);
            }

            return stop.ExitCode;
        }

        bool Train(TrainingRun stage)
        {
            TrainingOptions named = new() { Output = stage.Output };
            reporter.Start(stage, named);
            TrainingResult result = stage.Run(report => reporter.Report(report, stop), stop.Token);
            reporter.End(result, stage.Output);
            return result.IsComplete;
        }
    }
}

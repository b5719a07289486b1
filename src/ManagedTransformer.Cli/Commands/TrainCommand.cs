using System.CommandLine;
using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Families;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Recipes;
using ManagedTransformer.Tensors;
using ManagedTransformer.Training;
using ManagedTransformer.Training.Workers;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt train</c></summary>
internal static class TrainCommand
{
    // SIGTERM
    private const int Terminated = 15;

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> recipe = new("RECIPE") { Description = NamedRecipe.Description };
        Option<string?> data = CommonOptions.Data(
            "What to train on instead of the recipe's data: a text file, .jsonl (or .gz of one) or .parquet, a folder with "
            + "train.txt and valid.txt or of such files, or "
            + "builtin:stories; for translation two files (SOURCE_FILE,TARGET_FILE), a TSV, or builtin:translation.");
        Option<string?> validation = new("--valid")
        {
            Description =
                "Sentence pairs to validate a translation model on instead of the recipe's: two files (SOURCE_FILE,TARGET_FILE) or a TSV.",
            HelpName = "SOURCE,TARGET|TSV",
        };
        Option<string?> tooLong = TooLongOption.Create(
            "What happens to sentence pairs that are longer than a translation model reads or a batch holds: refused, left out, or "
            + "counted as an empty translation where they are for validation (default: training pairs are left out, "
            + "validation pairs refused).");
        Option<string?> output = new("--out") { Description = "Folder for the model (default: out/<recipe name>).", HelpName = "DIR" };
        Option<string[]?> set = CommonOptions.Set();
        Option<long?> steps = CommonOptions.Number<long>("--steps", "Updates instead of the recipe's number.", 1, long.MaxValue);
        Option<ulong?> seed = CommonOptions.Seed("Decides initial weights, batches and dropout (default: 1).");
        Option<int?> threads = CommonOptions.Threads();
        Option<string> device = DeviceOption.Create();
        Option<string?> init = new("--init")
        {
            Description =
                "Start from a model instead of random weights: model and tokenizer are those of this folder (one of this tool, or a GPT-2 "
                + "folder), everything else is the recipe's.",
            HelpName = "MODEL_DIR",
        };
        Option<bool> resume = new("--resume")
        {
            Description = "Continue from the last checkpoint in the output folder, if there is one; --init then counts no more.",
        };
        Option<bool> quiet = new("--quiet")
        {
            Description = "Progress in one line that is written over, without a sample; off a terminal a line per evaluation.",
        };
        Option<bool> tensorBoard = new("--tensorboard")
        {
            Description = "Also write the log as event files of TensorBoard into the output folder.",
        };
        Option<string?> workers = WorkersOption.Create();
        Option<bool> shard = WorkersOption.Shard();
        Option<bool> replay = new("--replay")
        {
            Description = "On a GPU: record forward and backward once and replay them, where a language model asks for the same in every "
                + "step; the bits are the same.",
        };
        Option<MatMulPrecision?> precision = DeviceOption.Precision();
        Option<bool> json = CommonOptions.Json();
        ExampleCommand command = new("train",
            "Trains a model as a recipe says. Ctrl-C, SIGTERM and a closed terminal save and stop; --resume continues, bit for bit.",
            "mt train stories",
            "mt train shakespeare-char --data input.txt --out out/shakespeare",
            "mt train stories --steps 3000 --resume",
            "mt train stories --set training.schedule.lr=1e-3 --set model.layers=6 --out out/six",
            "mt train multi30k-de-en --data train.de.gz,train.en.gz --valid val.de,val.en",
            "mt train finetune --init gpt2 --data input.txt --out out/finetuned")
        {
            recipe, data, validation, tooLong, output, init, set, steps, seed, threads, device, precision, resume, quiet,
            tensorBoard, workers, shard, replay, json,
        };
        command.SetAction(result =>
        {
            CommonOptions.Apply(result.GetValue(threads));
            bool hasWorkers = result.GetValue(workers) is not null;
            if (result.GetValue(shard) && !hasWorkers)
            {
                throw new UsageException("--shard-optimizer is for runs with --workers.");
            }

            if (hasWorkers && !Device.Current.IsHost)
            {
                throw new UsageException("--workers computes on processors: leave --device out.");
            }

            using WorkerGroup? group = hasWorkers ? WorkersOption.Start(result.GetValue(threads)) : null;
            NamedRecipe named = NamedRecipe.Load(result.GetRequiredValue(recipe));
            Recipe loaded = named.Recipe;
            ModelFamily.Of(loaded).RefuseForTraining(result, named.Source, validation, tooLong);
            string[] changes = result.GetValue(set) ?? [];
            return Run(terminal, result.GetValue(json), result.GetValue(quiet), loaded, new TrainingOptions
            {
                RecipeName = named.Source,
                Output = result.GetValue(output) ?? Path.Combine("out", named.Name),
                Data = result.GetValue(data),
                Validation = result.GetValue(validation),
                TooLong = TooLongOption.Parse(result.GetValue(tooLong)),
                Init = result.GetValue(init),
                Set = [.. changes, .. DeviceOption.RecipeChanges(result, precision, changes)],
                Steps = result.GetValue(steps),
                Seed = result.GetValue(seed) ?? 1,
                Resume = result.GetValue(resume),
                TensorBoard = result.GetValue(tensorBoard),
                Workers = group,
                ShardOptimizer = result.GetValue(shard),
                Replay = result.GetValue(replay),
            });
        });
        return command;
    }

    private static int Run(Terminal terminal, bool json, bool quiet, Recipe recipe, TrainingOptions options)
    {
        using StopSignal stop = new();
        TrainingReporter reporter = new(terminal.ProgressFor(json), terminal.Error, quiet);
        TrainingRun run = TrainingRun.Prepare(recipe, options);
        reporter.Start(run, options);
        TrainingResult result = run.Run(report => reporter.Report(report, stop), stop.Token);
        if (result.IsComplete && !quiet && options.Workers is null or { Rank: 0 } && run.Sample() is { } sample)
        {
            reporter.Sample(sample);
        }

        reporter.End(result, options.Output);
        if (json)
        {
            JsonOutput.Write(terminal.Output, ToJson(result, options.Output, run));
        }

        // The first worker alone says how it ended, whichever of them was asked to stop.
        return result.IsComplete || options.Workers is { Rank: > 0 } ? CommandLine.Done
            : stop.Token.IsCancellationRequested ? stop.ExitCode
            : CommandLine.Interrupted(Terminated);
    }

    private static JsonObject ToJson(TrainingResult result, string output, TrainingRun run)
    {
        JsonObject json = new()
        {
            ["step"] = result.Step,
            ["loss"] = JsonOutput.Number(result.Validation?.Loss),
        };
        if (result.Validation?.BitsPerCharacter is { } bits)
        {
            json["bits_per_char"] = JsonOutput.Number(bits);
        }

        if (run.Floor is { } floor)
        {
            json["floor_bits_per_char"] = JsonOutput.Number(floor);
        }

        if (result.Validation is { Bleu: { } bleu })
        {
            json["bleu"] = JsonOutput.Number(bleu);
        }

        if (result.Validation is { TransferLoss: { } transfer, TransferErrors: { } layers })
        {
            json["transfer_loss"] = JsonOutput.Number(transfer);
            json["layers"] = TrainingView.ToJson(layers);
        }

        json["best_loss"] = JsonOutput.Number(result.BestLoss);
        json["parameters"] = result.Parameters;
        json["seconds"] = JsonOutput.Number(result.Seconds);
        json["out"] = output;
        json["complete"] = result.IsComplete;
        if (result.StoppedEarly)
        {
            json["stopped_early"] = true;
        }

        JsonOutput.AddNotes(json, run.Notes);
        return json;
    }
}

using System.CommandLine;
using ManagedTransformer.Cli.Families;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Sweeps;
using ManagedTransformer.Tensors;
using ManagedTransformer.Training;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt sweep</c></summary>
internal static class SweepCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> recipe = new("RECIPE") { Description = NamedRecipe.Description };
        Option<string[]> set = new("--set")
        {
            Description = "A key of the recipe and the values to try, such as training.schedule.lr=1e-4,3e-4,1e-3. May be repeated: every "
                + "combination is trained. Values are those of 'mt train --set'; commas within lists, objects and quotes divide nothing.",
            HelpName = "KEY=VALUE,...",
            Required = true,
        };
        Option<string?> data = CommonOptions.Data("What to train on instead of the recipe's data, as for 'mt train'.");
        Option<string?> validation = new("--valid")
        {
            Description = "Sentence pairs to validate translation models on instead of the recipe's, as for 'mt train'.",
            HelpName = "SOURCE,TARGET|TSV",
        };
        Option<string?> tooLong = TooLongOption.Create("What happens to sentence pairs that are too long, as for 'mt train'.");
        Option<string?> output = new("--out")
        {
            Description = "Folder for the sweep, with a folder for each run (default: out/<recipe name>-sweep).",
            HelpName = "DIR",
        };
        Option<string?> init = new("--init")
        {
            Description = "Start every run from this model, as for 'mt train'.",
            HelpName = "MODEL_DIR",
        };
        Option<long?> steps = CommonOptions.Number<long>("--steps", "Updates of every run.", 1, long.MaxValue);
        Option<ulong?> seed = CommonOptions.Seed("Decides initial weights, batches and dropout of every run (default: 1).");
        Option<int?> threads = CommonOptions.Threads();
        Option<MatMulPrecision?> precision = DeviceOption.Precision();
        Option<bool> json = CommonOptions.Json();
        ExampleCommand command = new("sweep",
            "Trains every combination of values of a recipe's keys, one run after another, and says which is the best. Ctrl-C saves and "
            + "stops; the same command goes on, and repeats nothing that is finished.",
            "mt sweep stories --set training.schedule.lr=1e-3,2e-3,4e-3 --set model.layers=2,4 --steps 300",
            "mt sweep finetune --init gpt2 --data input.txt --set training.optimizer.betas=[0.9,0.95],[0.9,0.99] --out out/betas")
        {
            recipe, set, data, validation, tooLong, output, init, steps, seed, threads, DeviceOption.Create(), precision,
            json,
        };
        command.SetAction(result =>
        {
            CommonOptions.Apply(result.GetValue(threads));
            NamedRecipe named = NamedRecipe.Load(result.GetRequiredValue(recipe));
            ModelFamily.Of(named.Recipe).RefuseForTraining(result, named.Source, validation, tooLong);
            TrainingOptions options = new()
            {
                RecipeName = named.Source,
                Output = result.GetValue(output) ?? Path.Combine("out", named.Name + "-sweep"),
                Data = result.GetValue(data),
                Validation = result.GetValue(validation),
                TooLong = TooLongOption.Parse(result.GetValue(tooLong)),
                Init = result.GetValue(init),
                Set = DeviceOption.RecipeChanges(result, precision, result.GetRequiredValue(set)),
                Steps = result.GetValue(steps),
                Seed = result.GetValue(seed) ?? 1,
            };
            return Run(terminal, Sweep.Prepare(named.Recipe, options, result.GetRequiredValue(set)), options, result.GetValue(json));
        });
        return command;
    }

    private static int Run(Terminal terminal, Sweep sweep, TrainingOptions options, bool json)
    {
        using StopSignal stop = new();
        SweepView view = new(terminal, json, sweep, options.Output);
        view.Start();
        bool isDone = sweep.Run(progress => view.Report(progress, stop), stop.Token);
        view.End(isDone);
        return !isDone ? stop.ExitCode
            : sweep.Runs.Any(run => run.Status == SweepStatus.Complete) ? CommandLine.Done
            : CommandLine.Failed;
    }
}

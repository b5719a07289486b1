using System.CommandLine;
using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt average</c></summary>
internal static class AverageCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string[]> models = CommonOptions.RefuseOptions(new("MODEL_DIR")
        {
            Description = "Two or more checkpoints of one model, for instance those in recent/ of a run.",
            Arity = ArgumentArity.OneOrMore,
        });
        Option<string> output = new("--out")
        {
            Description = "Folder for the result; it must be new or empty.",
            HelpName = "DIR",
            Required = true,
        };
        Option<bool> json = CommonOptions.Json();
        ExampleCommand command = new("average",
            "Averages the weights of checkpoints into one model.",
            "mt average out/translation-toy/best out/translation-toy/last --out out/averaged")
        { models, output, json };
        command.SetAction(result =>
        {
            string[] folders = result.GetRequiredValue(models);
            string folder = result.GetRequiredValue(output);
            if (folders.Length < 2)
            {
                throw new UsageException($"A mean needs at least two models, and only {folders[0]} is named.");
            }

            long parameters = CheckpointAverage.Run(folders, folder).ParameterCount;
            if (result.GetValue(json))
            {
                JsonOutput.Write(terminal.Output, new JsonObject
                {
                    ["models"] = folders.Length,
                    ["out"] = folder,
                    ["parameters"] = parameters,
                });
            }
            else
            {
                terminal.Output.WriteLine($"Wrote the mean of {folders.Length} models, {parameters:N0} parameters, to {folder}.");
            }
        });
        return command;
    }
}

using System.CommandLine;
using System.Text.Json.Nodes;
using ManagedTransformer.Checkpoints;

namespace ManagedTransformer.Cli;

/// <summary><c>mt convert</c></summary>
internal static class ConvertCommand
{
    private const string DefaultTarget = "transformer";

    private static readonly Dictionary<string, ConversionTarget> _targets = new()
    {
        [DefaultTarget] = ConversionTarget.Transformer,
        ["gpt2"] = ConversionTarget.Gpt2,
    };

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> source = new("SOURCE") { Description = "A model folder, the output folder of a training run, or a GPT-2 folder as Hugging Face's transformers writes it." };
        Option<string> output = new("--out") { Description = "Folder for the result; it must be new or empty.", HelpName = "DIR", Required = true };
        Option<string> target = new("--to")
        {
            Description = "What to write: transformer, a model folder of this tool; gpt2, a folder that readers of GPT-2 understand.",
            DefaultValueFactory = _ => DefaultTarget,
            HelpName = string.Join('|', _targets.Keys),
        };
        target.AcceptOnlyFromAmong([.. _targets.Keys]);
        Option<bool> json = Options.Json();
        ExampleCommand command = new("convert",
            "Turns a model folder into one of another kind.",
            "mt convert gpt2 --out out/gpt2",
            "mt convert out/stories-bpe --to gpt2 --out exported")
        { source, output, target, json };
        command.SetAction(result =>
        {
            string to = result.GetRequiredValue(target), folder = result.GetRequiredValue(output);
            using LanguageModel model = ModelConversion.Run(result.GetRequiredValue(source), folder, new ConversionOptions { Target = _targets[to] });
            long parameters = model.Network.Config.ParameterCount;
            if (result.GetValue(json))
            {
                JsonOutput.Write(terminal.Output, new JsonObject { ["to"] = to, ["out"] = folder, ["parameters"] = parameters });
            }
            else
            {
                terminal.Output.WriteLine($"Wrote {parameters:N0} parameters as {to} to {folder}.");
            }
        });
        return command;
    }
}

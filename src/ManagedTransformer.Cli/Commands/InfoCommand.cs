using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ManagedTransformer.Checkpoints;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Inspection;
using ManagedTransformer.Modules.Reports;
using ManagedTransformer.Recipes;
using Spectre.Console;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt info</c></summary>
internal static class InfoCommand
{
    private static readonly string[] _tensorFiles = [".safetensors", ".pt", ".pth", ".bin", ".ckpt"];

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> target = new("TARGET")
        {
            Description =
                "A recipe (file or name), a model folder, a .safetensors file, or a checkpoint that PyTorch wrote (.pt, .pth, .bin).",
            HelpName = "RECIPE|MODEL_DIR|FILE",
        };
        Option<string?> data = CommonOptions.Data(
            "Training text, or sentence pairs, of a recipe whose vocabulary depends on it and that names none.");
        Option<int?> source = CommonOptions.Positive("--source-length",
            $"Source tokens to count the multiply-adds of deep units for (default: {TextLengths.Default.Target}).");
        Option<int?> length = CommonOptions.Positive("--target-length", $"Tokens that it writes (default: {TextLengths.Default.Target}).");
        Option<bool> json = CommonOptions.Json();
        ExampleCommand command = new("info",
            "Shows what a recipe, a model or a file of tensors is made of.",
            "mt info stories",
            "mt info out/stories",
            "mt info out/stories/best/model.safetensors --json")
        { target, data, source, length, json };
        AdapterOptionSet adapters = new();
        adapters.AddTo(command);
        command.SetAction(result =>
        {
            string path = result.GetRequiredValue(target);
            bool isName = !Path.Exists(path) && NamedRecipe.IsBareName(path) && !_tensorFiles.Contains(Path.GetExtension(path));
            TextLengths lengths = new(
                result.GetValue(source) ?? TextLengths.Default.Source, result.GetValue(length) ?? TextLengths.Default.Target);
            AdapterOptions? adapter = adapters.Read(result);
            if (isName)
            {
                CommonOptions.Refuse(result, $"applies to models; {path} is a recipe", adapters.Base, adapters.Adapter);
            }

            ModelSummary summary = isName && NamedRecipe.Load(path) is var named
                ? ModelSummary.Of(named.Recipe, named.Source, result.GetValue(data), lengths)
                : ModelSummary.Of(path, result.GetValue(data), lengths, adapter);
            RefuseWithoutEffect(result, summary, path, data, source, length);

            if (result.GetValue(json))
            {
                JsonOutput.Write(terminal.Output, ToJson(summary));
            }
            else
            {
                Draw(terminal, summary);
            }
        });
        return command;
    }

    private static void RefuseWithoutEffect(ParseResult result, ModelSummary summary, string path, Option data, Option source,
        Option target)
    {
        if (summary.Tensors.Count > 0 || Directory.Exists(path))
        {
            CommonOptions.Refuse(result, $"applies to recipes; {path} is none", data);
        }

        if (!summary.Reports.Any(report => report.DependsOnLengths))
        {
            CommonOptions.Refuse(result, $"applies to models with deep units; {path} has none", source, target);
        }
        else if (summary.Architecture != Recipe.TransformerTranslation)
        {
            CommonOptions.Refuse(result, $"applies to models that translate; {path} is a language model", source);
        }
    }

    private static JsonObject ToJson(ModelSummary summary)
    {
        JsonObject json = new() { ["architecture"] = summary.Architecture, ["parameters"] = summary.Parameters };
        if (summary.Configuration is { } configuration)
        {
            json["configuration"] = JsonObject.Create(configuration);
        }

        if (summary.Training is { } training)
        {
            json["step"] = training.Step;
            json["best_loss"] = JsonOutput.Number(training.BestLoss);
        }

        if (summary.Rounded is { } type)
        {
            json["weights"] = CommonOptions.WeightsName(type);
        }

        foreach (MechanismReport report in summary.Reports)
        {
            report.AddTo(json);
        }

        if (summary.Tensors.Count > 0)
        {
            json["tensors"] = new JsonArray([.. summary.Tensors.Select(tensor => new JsonObject
            {
                ["name"] = tensor.Name,
                ["dtype"] = tensor.TypeCode,
                ["shape"] = new JsonArray([.. tensor.Shape.Select(size => (JsonNode)size)]),
                ["bytes"] = tensor.ByteLength,
            })]);
        }

        return json;
    }

    private static void Draw(Terminal terminal, ModelSummary summary)
    {
        terminal.Output.WriteLine($"{summary.Source}: {summary.Architecture}, {summary.Parameters:N0} parameters");
        if (summary.Rounded is { } type)
        {
            terminal.Output.WriteLine(
                $"Matrices are stored as {CommonOptions.WeightsName(type)}, with a scale for each 32 values of a row, for inference.");
        }

        if (summary.Training is { } training)
        {
            string best = training.BestLoss is { } loss ? $", lowest validation loss {loss:F4}" : "";
            terminal.Output.WriteLine(
                $"Training stands at step {training.Step:N0} after {TimeSpan.FromSeconds(training.Seconds):h\\:mm\\:ss}, "
                + $"seed {training.Seed}{best}.");
        }

        if (summary.Configuration is { } configuration)
        {
            Table table = NewTable("Key", "Value");
            foreach ((string key, string value) in Flatten(configuration, ""))
            {
                table.AddRow(new Text(key), new Text(value));
            }

            terminal.Write(table);
        }

        foreach (MechanismReport report in summary.Reports)
        {
            ReportView.Write(terminal, report);
        }

        if (summary.Tensors.Count > 0)
        {
            Table table = NewTable("Tensor", "Type", "Shape", "Bytes");
            foreach (TensorSummary tensor in summary.Tensors)
            {
                table.AddRow(new Text(tensor.Name), new Text(tensor.TypeCode), new Text($"[{string.Join(", ", tensor.Shape)}]"),
                    new Text($"{tensor.ByteLength:N0}"));
            }

            terminal.Write(table);
        }
    }

    private static IEnumerable<(string Key, string Value)> Flatten(JsonElement element, string key) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject()
            .SelectMany(property => Flatten(property.Value, key.Length == 0 ? property.Name : $"{key}.{property.Name}")),
        JsonValueKind.Array => [(key, string.Join(", ", element.EnumerateArray()))],
        JsonValueKind.String => [(key, element.GetString()!)],
        _ => [(key, element.GetRawText())],
    };

    private static Table NewTable(params string[] columns)
    {
        Table table = new Table().Border(TableBorder.Simple);
        foreach (string column in columns)
        {
            table.AddColumn(column);
        }

        return table;
    }
}

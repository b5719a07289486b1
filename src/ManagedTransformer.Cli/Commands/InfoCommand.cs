using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Evaluation;
using ManagedTransformer.Inspection;
using ManagedTransformer.Tensors.Serialization;
using Spectre.Console;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt info</c></summary>
internal static class InfoCommand
{
    private const int DefaultLength = 20;

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string> target = new("TARGET")
        {
            Description = "A recipe (file or name), a model folder, or a .safetensors file.",
            HelpName = "RECIPE|MODEL_DIR|FILE.safetensors",
        };
        Option<string?> data = CommonOptions.Data(
            "Training text, or sentence pairs, of a recipe whose vocabulary depends on it and that names none.");
        Option<int?> source = CommonOptions.Positive("--source-length",
            $"Source tokens to count the multiply-adds of a DeLighT translation for (default: {DefaultLength}).");
        Option<int?> length = CommonOptions.Positive("--target-length", $"Tokens that it writes (default: {DefaultLength}).");
        Option<bool> json = CommonOptions.Json();
        ExampleCommand command = new("info",
            "Shows what a recipe, a model or a safetensors file is made of.",
            "mt info stories",
            "mt info out/stories",
            "mt info out/stories/best/model.safetensors --json")
        { target, data, source, length, json };
        command.SetAction(result =>
        {
            string path = result.GetRequiredValue(target);
            bool isName = !Path.Exists(path) && NamedRecipe.IsBareName(path) && !path.EndsWith(".safetensors", StringComparison.Ordinal);
            ModelSummary summary = isName && NamedRecipe.Load(path) is var named
                ? ModelSummary.Of(named.Recipe, named.Source, result.GetValue(data))
                : ModelSummary.Of(path, result.GetValue(data));
            RefuseWithoutEffect(result, summary, path, data, source, length);

            (int Source, int Target) lengths = (result.GetValue(source) ?? DefaultLength, result.GetValue(length) ?? DefaultLength);
            if (result.GetValue(json))
            {
                JsonOutput.Write(terminal.Output, ToJson(summary, lengths));
            }
            else
            {
                Draw(terminal, summary, lengths);
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

        if (summary.Delight is null)
        {
            CommonOptions.Refuse(result, $"applies to DeLighT models; {path} is none", source, target);
        }
        else if (!summary.Delight.IsTranslation)
        {
            CommonOptions.Refuse(result, $"applies to models that translate; {path} is a language model", source);
        }
    }

    private static JsonObject ToJson(ModelSummary summary, (int Source, int Target) lengths)
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

        if (summary.Spans is { } spans)
        {
            json["span_limit"] = summary.SpanLimit;
            json["spans"] = SpanChart.ToJson(spans);
        }

        if (summary.Details?.Memories is { } memories)
        {
            json["memory"] = MemoryChart.ToJson(memories);
        }

        if (summary.Delight is { } delight)
        {
            DelightTable.AddTo(json, delight, lengths.Source, lengths.Target);
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

    private static void Draw(Terminal terminal, ModelSummary summary, (int Source, int Target) lengths)
    {
        terminal.Output.WriteLine($"{summary.Source}: {summary.Architecture}, {summary.Parameters:N0} parameters");
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

        if (summary.Spans is { } spans)
        {
            terminal.Output.WriteLine(SpanChart.Describe(spans, summary.SpanLimit));
            terminal.Write(SpanChart.Draw(spans, summary.SpanLimit));
        }

        if (summary.Details?.Memories is { } memories)
        {
            foreach (MemoryDetails memory in memories)
            {
                terminal.Output.WriteLine(MemoryChart.Describe(memory));
            }

            terminal.Write(MemoryChart.Draw(memories));
        }

        if (summary.Delight is { } delight)
        {
            terminal.Output.WriteLine(DelightTable.Describe(delight, lengths.Source, lengths.Target));
            terminal.Write(DelightTable.Draw(delight));
        }

        if (summary.Tensors.Count > 0)
        {
            Table table = NewTable("Tensor", "Type", "Shape", "Bytes");
            foreach (SafetensorsEntry tensor in summary.Tensors)
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

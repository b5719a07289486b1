using System.CommandLine;
using System.Text.Json.Nodes;
using ManagedTransformer.Architectures.Transformer;
using ManagedTransformer.Benchmarks;
using ManagedTransformer.Cli.Charts;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Datasets;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt bench generate</c></summary>
internal static class BenchGenerateCommand
{
    private static readonly int[] _defaultLengths = [128, 512, 2048];

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Option<string[]> recipe = new("--recipe")
        {
            Description = $"{NamedRecipe.Description} Several are measured one after the other.",
            HelpName = "RECIPE",
            Required = true,
        };
        Option<string?> data = CommonOptions.Data("Training text of a recipe whose vocabulary depends on it and that names none.");
        Option<int[]?> lengths = new("--lengths")
        {
            Description = $"Tokens of text, of which the last is measured (default: {string.Join(',', _defaultLengths)}).",
            HelpName = "N,N,...",
            CustomParser = result => CommonOptions.PositiveList(result, result.Tokens[0].Value, "--lengths"),
        };
        Option<int[]?> together = new("--together")
        {
            Description = "Also measure so many texts of the first length that share their steps, as requests to a server do.",
            HelpName = "N,N,...",
            CustomParser = result => CommonOptions.PositiveList(result, result.Tokens[0].Value, "--together"),
        };
        Option<string?> svg = new("--svg")
        {
            Description = "Also draw time and memory over the length into this file. An earlier SVG image of that name is replaced, "
                + "nothing else is.",
            HelpName = "FILE",
        };
        Option<DType?> weights = CommonOptions.Weights();
        Option<int?> threads = CommonOptions.Threads();
        Option<MatMulPrecision?> precision = DeviceOption.Precision();
        Option<bool> json = CommonOptions.Json(isLines: true);
        ExampleCommand command = new("generate",
            "Measures step-by-step generation at the end of texts of several lengths, with random weights; "
            + "the recipe's positions are raised to hold them.",
            "mt bench generate --recipe stories --lengths 128,1024,8192 --json",
            "mt bench generate --recipe llama-smollm2-135m --weights bf16 --lengths 128 --together 1,4,16",
            "mt bench generate --recipe bench-softmax-512 --recipe bench-t2r-512 --lengths 128,1024,8192,65536 --svg generation.svg")
        { recipe, data, lengths, together, svg, weights, threads, DeviceOption.Create(), precision, json };
        command.SetAction(result =>
        {
            CommonOptions.Apply(result.GetValue(threads));
            bool isJson = result.GetValue(json);
            OutputFile? image = result.GetValue(svg) is { } path
                ? new OutputFile(path, "SVG image", SvgWriter.IsImage, [.. result.GetRequiredValue(recipe), result.GetValue(data)])
                : null;
            NamedRecipe[] recipes = [.. result.GetRequiredValue(recipe).Select(NamedRecipe.Load)];
            LanguageModelConfig[] models =
                [.. recipes.Select(named => RecipeVocabulary.Resolve(named.LanguageModel, named.Source, result.GetValue(data)))];
            image?.Probe();
            List<(string, IReadOnlyList<GenerationMeasurement>)> all = [];
            foreach ((LanguageModelConfig model, NamedRecipe named) in models.Zip(recipes))
            {
                using MatMulPrecisionScope scope = DeviceOption.OpenPrecision(result, precision, named.Recipe, named.Source);
                string name = named.Name;
                (int[] texts, DType type) = (
                    CommonOptions.Given(result, lengths, _defaultLengths), result.GetValue(weights) ?? DType.Float32);
                all.Add((name, GenerationBenchmark.Run(model, texts, type, measured => Write(terminal, name, measured, isJson))));
                foreach (JointGenerationMeasurement measured in result.GetValue(together) is { } counts
                    ? JointGenerationBenchmark.Run(model, texts[0], counts, type)
                    : [])
                {
                    Write(terminal, name, measured, isJson);
                }
            }

            image?.Write(GenerationChart.Draw(all));
        });
        return command;
    }

    private static void Write(Terminal terminal, string recipe, GenerationMeasurement measured, bool json)
    {
        if (!json)
        {
            terminal.Output.WriteLine(
                $"{recipe}  length {measured.Length,7:N0}  {measured.MillisecondsPerToken,8:F3} ms/token  {measured.TokensPerSecond,7:N0} "
                + $"tokens/s  {measured.StateBytes,13:N0} bytes of state  {measured.AllocatedBytesPerToken,7:N0} bytes allocated/token");
            return;
        }

        JsonOutput.Write(terminal.Output, new JsonObject
        {
            ["recipe"] = recipe,
            ["length"] = measured.Length,
            ["ms_per_token"] = JsonOutput.Number(measured.MillisecondsPerToken),
            ["tokens_per_s"] = JsonOutput.Number(measured.TokensPerSecond),
            ["state_bytes"] = measured.StateBytes,
            ["allocated_bytes_per_token"] = measured.AllocatedBytesPerToken,
        });
    }

    private static void Write(Terminal terminal, string recipe, JointGenerationMeasurement measured, bool json)
    {
        if (!json)
        {
            terminal.Output.WriteLine(
                $"{recipe}  {measured.Texts,3} texts of {measured.Length,7:N0}  {measured.MillisecondsPerStep,8:F3} ms/step  "
                + $"{measured.TokensPerSecond,7:N0} tokens/s  {measured.StateBytes,13:N0} bytes of states");
            return;
        }

        JsonOutput.Write(terminal.Output, new JsonObject
        {
            ["recipe"] = recipe,
            ["texts"] = measured.Texts,
            ["length"] = measured.Length,
            ["ms_per_step"] = JsonOutput.Number(measured.MillisecondsPerStep),
            ["tokens_per_s"] = JsonOutput.Number(measured.TokensPerSecond),
            ["state_bytes"] = measured.StateBytes,
        });
    }
}

using System.CommandLine;
using System.Text.Json.Nodes;
using ManagedTransformer.Benchmarks;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Cli;

/// <summary><c>mt bench generate</c></summary>
internal static class BenchGenerateCommand
{
    private static readonly int[] _defaultLengths = [128, 512, 2048];

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Option<string> recipe = new("--recipe") { Description = RecipePath.Description, HelpName = "RECIPE", Required = true };
        Option<string?> data = Options.Data("Training text of a recipe whose vocabulary depends on it and that names none.");
        Option<int[]?> lengths = new("--lengths")
        {
            Description = $"Tokens read before the measured steps (default: {string.Join(',', _defaultLengths)}).",
            HelpName = "N,N,...",
            CustomParser = result => Options.PositiveList(result, result.Tokens[0].Value, "--lengths"),
        };
        Option<int?> threads = Options.Threads();
        Option<bool> json = Options.Json();
        ExampleCommand command = new("generate",
            "Measures step-by-step generation after texts of several lengths, with random weights; the recipe's positions are raised to hold them.",
            "mt bench generate --recipe stories --lengths 128,1024,8192 --json")
        { recipe, data, lengths, threads, json };
        command.SetAction(result =>
        {
            Options.Apply(result.GetValue(threads));
            string file = RecipePath.Find(result.GetRequiredValue(recipe));
            bool isJson = result.GetValue(json);
            GenerationBenchmark.Run(
                RecipeVocabulary.Resolve(Recipe.LoadLanguageModel(file), file, result.GetValue(data)), Options.Given(result, lengths, _defaultLengths), measured => Write(terminal, measured, isJson));
        });
        return command;
    }

    private static void Write(Terminal terminal, GenerationMeasurement measured, bool json)
    {
        if (!json)
        {
            terminal.Output.WriteLine($"length {measured.Length,7:N0}  {measured.MillisecondsPerToken,8:F3} ms/token  {measured.TokensPerSecond,7:N0} tokens/s  {measured.StateBytes,13:N0} bytes of state");
            return;
        }

        JsonOutput.Write(terminal.Output, new JsonObject
        {
            ["length"] = measured.Length,
            ["ms_per_token"] = JsonOutput.Number(measured.MillisecondsPerToken),
            ["tokens_per_s"] = JsonOutput.Number(measured.TokensPerSecond),
            ["state_bytes"] = measured.StateBytes,
        });
    }
}

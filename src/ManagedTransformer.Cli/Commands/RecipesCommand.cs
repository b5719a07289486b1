using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Inspection;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt recipes</c></summary>
internal static class RecipesCommand
{
    private const int ParametersWidth = 10;
    private const long Million = 1_000_000;

    private static readonly int _architectureWidth = Recipe.TransformerTranslation.Length;

    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Argument<string?> name = new("NAME")
        {
            Description = "Print the JSON of this recipe instead, to make one of your own from.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        Option<bool> json = CommonOptions.Json(isLines: true);
        ExampleCommand command = new("recipes",
            "Lists the recipes that come with the tool, one in a line: name, architecture, parameters, what it is.",
            "mt recipes",
            "mt recipes stories > mine.json",
            "mt recipes --json")
        { name, json };
        command.SetAction(result =>
        {
            if (result.GetValue(name) is { } wanted)
            {
                terminal.Output.Write(Recipe.BuiltinText(wanted));
                return;
            }

            int width = Recipe.BuiltinNames.Max(known => known.Length);
            bool isJson = result.GetValue(json);
            foreach (string known in Recipe.BuiltinNames)
            {
                Recipe recipe = Recipe.Builtin(known);
                long? parameters = ModelSummary.CountParameters(recipe);
                if (isJson)
                {
                    JsonOutput.Write(terminal.Output, new JsonObject
                    {
                        ["name"] = known,
                        ["architecture"] = recipe.Architecture,
                        ["parameters"] = parameters,
                        ["description"] = recipe.Description,
                    });
                }
                else
                {
                    terminal.Output.WriteLine(Fit(
                        $"{known.PadRight(width)}  {recipe.Architecture.PadRight(_architectureWidth)}  {Short(parameters),ParametersWidth}  "
                            + recipe.Description,
                        terminal.OutputWidth));
                }
            }
        });
        return command;
    }

    // Where the text decides the vocabulary, it decides the number of parameters too.
    private static string Short(long? parameters) => parameters switch
    {
        null => "by text",
        >= Million => string.Create(CultureInfo.InvariantCulture, $"{parameters.Value / (double)Million:N1} M"),
        _ => parameters.Value.ToString("N0", CultureInfo.InvariantCulture),
    };

    // One line for a reader who sees lines; whoever pipes the list on gets all of it.
    private static string Fit(string line, int width) => line.Length <= width ? line : $"{line[..Math.Max(0, width - 1)]}…";
}

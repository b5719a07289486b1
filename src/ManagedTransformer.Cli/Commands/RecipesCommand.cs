using System.CommandLine;
using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt recipes</c></summary>
internal static class RecipesCommand
{
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
            "Lists the recipes that come with the tool, one in a line.",
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
            foreach (string known in Recipe.BuiltinNames)
            {
                Recipe recipe = Recipe.Builtin(known);
                if (result.GetValue(json))
                {
                    JsonOutput.Write(terminal.Output, new JsonObject
                    {
                        ["name"] = known,
                        ["architecture"] = recipe.Architecture,
                        ["description"] = recipe.Description,
                    });
                }
                else
                {
                    terminal.Output.WriteLine(Fit($"{known.PadRight(width)}  {recipe.Description}", terminal.OutputWidth));
                }
            }
        });
        return command;
    }

    // One line for a reader who sees lines; whoever pipes the list on gets all of it.
    private static string Fit(string line, int width) => line.Length <= width ? line : $"{line[..Math.Max(0, width - 1)]}…";
}

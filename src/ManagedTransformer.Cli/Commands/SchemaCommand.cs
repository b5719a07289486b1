using System.CommandLine;
using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Recipes;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt schema</c></summary>
internal static class SchemaCommand
{
    /// <summary>The command.</summary>
    public static Command Create(Terminal terminal)
    {
        Option<bool> json = CommonOptions.Json();
        ExampleCommand command = new("schema",
            "Prints the JSON schema of recipes (draft 2020-12), by which editors complete and check them: a recipe names it by "
            + "\"$schema\": \"recipe.schema.json\".",
            "mt schema > recipe.schema.json")
        { json };
        command.SetAction(result =>
        {
            if (result.GetValue(json))
            {
                JsonOutput.Write(terminal.Output, JsonNode.Parse(Recipe.SchemaText)!.AsObject());
            }
            else
            {
                terminal.Output.Write(Recipe.SchemaText);
            }
        });
        return command;
    }
}

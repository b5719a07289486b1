using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Import.Sources;

namespace ManagedTransformer.Cli.Imports;

/// <summary>Tells what was imported.</summary>
internal static class ImportView
{
    private const int MostNamed = 5;

    /// <summary>Writes the report as text or JSON.</summary>
    /// <param name="terminal">Where to write.</param>
    /// <param name="result">What was imported.</param>
    /// <param name="from">Whose checkpoint it was.</param>
    /// <param name="folder">Where the model is.</param>
    /// <param name="json">Whether to write JSON.</param>
    public static void Write(Terminal terminal, ImportResult result, string from, string folder, bool json)
    {
        if (json)
        {
            JsonOutput.Write(terminal.Output, new JsonObject
            {
                ["from"] = from,
                ["out"] = folder,
                ["parameters"] = result.Parameters,
                ["stored"] = result.StoredType,
                ["ignored"] = Array(result.Ignored),
                ["notes"] = Array(result.Notes),
            });
            return;
        }

        terminal.Output.WriteLine($"Wrote {result.Parameters:N0} parameters, stored as {result.StoredType}, from {from} to {folder}.");
        if (result.Ignored.Count > 0)
        {
            string more = result.Ignored.Count > MostNamed ? $" and {result.Ignored.Count - MostNamed} more" : "";
            terminal.Output.WriteLine(
                $"Left out, since no model needs them: {string.Join(", ", result.Ignored.Take(MostNamed))}{more}.");
        }

        foreach (string note in result.Notes)
        {
            terminal.Output.WriteLine(note);
        }
    }

    private static JsonArray Array(IReadOnlyList<string> texts) => new([.. texts.Select(text => (JsonNode)text)]);
}

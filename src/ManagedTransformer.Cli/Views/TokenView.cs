using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Commands;
using ManagedTransformer.Cli.Terminals;
using Spectre.Console;

namespace ManagedTransformer.Cli.Views;

/// <summary>Shows tokens: as JSON, as coloured pieces where a person watches, or else as ids.</summary>
/// <param name="terminal">Where to write.</param>
/// <param name="json">Whether results are JSON.</param>
internal sealed class TokenView(Terminal terminal, bool json)
{
    private static readonly Color[] _colors = [Color.SteelBlue1, Color.DarkSeaGreen2, Color.LightGoldenrod2, Color.LightPink1, Color.Plum2];

    /// <summary>Writes a line.</summary>
    public void Write(TokenizedLine line)
    {
        if (json)
        {
            JsonOutput.Write(terminal.Output, ToJson(line));
        }
        else if (line.Error is { } error)
        {
            // The output keeps its lines beside those of the input.
            terminal.Output.WriteLine();
            terminal.Error.WriteLine(error);
        }
        else if (line.Ids is null)
        {
            terminal.Output.WriteLine(line.Decoded);
        }
        else if (terminal.IsOutputInteractive)
        {
            WriteColored(line);
        }
        else
        {
            terminal.Output.WriteLine(string.Join(' ', line.Ids));
        }

        terminal.Output.Flush();
    }

    private static JsonObject ToJson(TokenizedLine line)
    {
        JsonObject output = [];
        if (line.Error is { } error)
        {
            output["error"] = error;
            return output;
        }

        if (line is { Ids: { } ids, Tokens: { } tokens })
        {
            output["ids"] = new JsonArray([.. ids.Select(id => (JsonNode)id)]);
            output["tokens"] = new JsonArray([.. tokens.Select(token => (JsonNode)token)]);
        }

        output["decoded"] = line.Decoded;
        output["decoded_skip_special"] = line.DecodedWithoutSpecial;
        return output;
    }

    private void WriteColored(TokenizedLine line)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.Output) });
        Paragraph pieces = new();
        for (int i = 0; i < line.Tokens!.Count; i++)
        {
            pieces.Append(line.Tokens[i], new Style(Color.Black, _colors[i % _colors.Length]));
        }

        console.Write(pieces);
        console.WriteLine();
        terminal.Output.WriteLine($"{line.Ids!.Count:N0} tokens: {string.Join(' ', line.Ids)}");
    }
}

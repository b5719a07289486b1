using System.CommandLine;
using System.Text;
using ManagedTransformer.Cli;
using ManagedTransformer.Cli.Commands;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;

namespace ManagedTransformer.Documents.Tests.References;

/// <summary>The page of all commands, from the tool's own tree: what <c>--help</c> says, in one place.</summary>
internal static class CommandReference
{
    private static readonly string[] _everywhere = ["--help", "--version"];

    /// <summary>The page.</summary>
    public static string Write()
    {
        StringBuilder page = new();
        page.Append("""
            # Commands

            Everything that `mt` can be told. This page is written by the tool's own description of itself; `mt COMMAND --help` shows the same.

            Every command takes `--help`. With `--json` results go to standard output as JSON and progress to standard error. Exit codes: 0 done, 1 failed,
            2 wrong usage, 128 + signal when interrupted.


            """);
        Command root = CommandLine.CreateRoot(new Terminal(Stream.Null, TextWriter.Null, TextWriter.Null));
        Command[] commands = [.. root.Subcommands.SelectMany(Leaves)];
        page.Append("| command | does |\n|---|---|\n");
        foreach (Command command in commands)
        {
            page.Append($"| [`{FullName(command)}`](#{FullName(command).Replace(' ', '-')}) | {Cell(command.Description!)} |\n");
        }

        foreach (Command command in commands)
        {
            WriteCommand(page, command);
        }

        return page.ToString();
    }

    private static IEnumerable<Command> Leaves(Command command) =>
        command.Subcommands.Count > 0 ? command.Subcommands.SelectMany(Leaves) : [command];

    private static string FullName(Command command) =>
        command.Parents.OfType<Command>().FirstOrDefault() is { } parent ? $"{FullName(parent)} {command.Name}" : command.Name;

    private static void WriteCommand(StringBuilder page, Command command)
    {
        page.Append($"\n## {FullName(command)}\n\n{Text(command.Description!)}\n\n```text\n{HelpPage.Usage(command)}\n```\n");
        Command described = command.Name == ServeCommand.Name ? ServerCommand.Create() : command;
        WriteTable(page, "argument", described.Arguments.Select(argument => (HelpPage.Name(argument), HelpPage.Text(argument))));
        WriteTable(page, "option", HelpPage.OptionsOf(described).Where(option => !_everywhere.Contains(option.Name))
            .Select(option => (HelpPage.Name(option), HelpPage.Text(option))));
        if (command is ExampleCommand { Examples: { Count: > 0 } examples })
        {
            page.Append($"\n```sh\n{string.Join('\n', examples)}\n```\n");
        }
    }

    private static void WriteTable(StringBuilder page, string what, IEnumerable<(string Name, string Text)> rows)
    {
        (string Name, string Text)[] all = [.. rows];
        if (all.Length == 0)
        {
            return;
        }

        page.Append($"\n| {what} | meaning |\n|---|---|\n");
        foreach ((string name, string text) in all)
        {
            page.Append($"| `{name.Replace("|", "\\|", StringComparison.Ordinal)}` | {Cell(text)} |\n");
        }
    }

    private static string Cell(string text) => Text(text).Replace("|", "\\|", StringComparison.Ordinal).Replace('\n', ' ');

    private static string Text(string text) =>
        text.ReplaceLineEndings("\n").Replace("<", "&lt;", StringComparison.Ordinal).Replace("*", "\\*", StringComparison.Ordinal);
}

using System.CommandLine;
using System.Text.RegularExpressions;
using ManagedTransformer.Cli;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Documents.Tests.Commands;
using ManagedTransformer.Documents.Tests.Pages;
using ManagedTransformer.Documents.Tests.References;
using Xunit;

namespace ManagedTransformer.Documents.Tests;

/// <summary>Every command line of the documents is one that the tool takes.</summary>
public sealed partial class CommandTests(ITestOutputHelper output)
{
    private static readonly ParserConfiguration _parser = new() { EnablePosixBundling = false, ResponseFileTokenReplacer = null };

    [Fact]
    public void CommandsOfBlocksAreParsed()
    {
        int parsed = 0;
        List<string> failures = [];
        foreach (ShellLine line in DocumentPage.All.SelectMany(page => page.Blocks).Where(block => block.IsShell).SelectMany(ShellLine.Of))
        {
            foreach (IReadOnlyList<string> arguments in line.Stages.Select(stage => stage.ToolArguments).OfType<IReadOnlyList<string>>())
            {
                ParseResult result = arguments is ["serve", ..]
                    ? ServerCommand.Create().Parse([.. arguments.Skip(1)], _parser)
                    : Root().Parse(arguments, _parser);
                failures.AddRange(result.Errors.Select(error => $"{line.Place}: {line.Text}: {error.Message}"));
                parsed++;
            }
        }

        output.WriteLine($"{parsed} commands parsed");
        Assert.True(parsed > 0);
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    /// <summary>Text names commands with less around them: of these the names of commands and options must exist.</summary>
    [Fact]
    public void CommandsInTextExist()
    {
        int found = 0;
        List<string> failures = [];
        foreach (DocumentPage page in DocumentPage.All)
        {
            foreach (Match match in page.Lines.SelectMany(line => InText().Matches(line)))
            {
                failures.AddRange(Unknown(match.Groups[1].Value).Select(word => $"{page.Name}: {match.Value}: {word}"));
                found++;
            }
        }

        output.WriteLine($"{found} commands in text");
        Assert.True(found > 0);
        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    private static IEnumerable<string> Unknown(string text)
    {
        string[] words = text.Replace("\\|", "|", StringComparison.Ordinal).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        List<Command> commands = [Root()];
        foreach (string word in words.Skip(1).TakeWhile(word => word is not ("|" or ">" or "<")))
        {
            string name = word.Split('|', '=')[0].Trim(',', '"');
            if (name.StartsWith("--", StringComparison.Ordinal))
            {
                if (!commands.SelectMany(command => command.Options).Any(option => option.Name == name))
                {
                    yield return name;
                }
            }
            else if (commands[^1].Subcommands is { Count: > 0 } children)
            {
                // The name of any command stands in capitals.
                if (children.FirstOrDefault(child => child.Name == name) is { } child)
                {
                    commands.Add(child);
                }
                else if (!name.All(char.IsUpper))
                {
                    yield return name;
                    yield break;
                }
            }
        }
    }

    private static Command Root() => CommandLine.CreateRoot(new Terminal(Stream.Null, TextWriter.Null, TextWriter.Null));

    [GeneratedRegex("`(mt [a-z-][^`]*)`")]
    private static partial Regex InText();
}

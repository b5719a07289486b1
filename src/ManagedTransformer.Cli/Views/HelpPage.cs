using System.CommandLine;
using System.CommandLine.Invocation;
using ManagedTransformer.Cli.Commands;
using ManagedTransformer.Cli.Terminals;

namespace ManagedTransformer.Cli.Views;

/// <summary>The page of <c>--help</c>: a command's description, usage, arguments, options, subcommands and examples.</summary>
/// <param name="terminal">Where it goes; lines are broken to its width if a person reads them.</param>
internal sealed class HelpPage(Terminal terminal) : SynchronousCommandLineAction
{
    private const string Indent = "  ";
    private const int LeastTextWidth = 30;

    /// <summary>
    /// <c>--help</c> of every command. Its text is a constant, while that of the library's option is looked up among translations: two
    /// fifths of the time of a short command.
    /// </summary>
    /// <param name="terminal">Where the help goes.</param>
    public static Option<bool> CreateOption(Terminal terminal) => new("--help", "-?", "-h")
    {
        Description = "Show help and usage information",
        Arity = ArgumentArity.Zero,
        Recursive = true,
        Action = new HelpPage(terminal),
    };

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        Command command = parseResult.CommandResult.Command;
        WriteSection("Description", command.Description!.Split('\n'));
        WriteSection("Usage", [Usage(command)]);
        WriteTable("Arguments", [.. command.Arguments.Select(argument => (Name(argument), Text(argument)))]);
        WriteTable("Options", [.. OptionsOf(command).Select(option => (Name(option), Text(option)))]);
        WriteTable("Commands", [.. command.Subcommands.Select(nested => (NameWithArguments(nested), nested.Description ?? ""))]);
        if (command is ExampleCommand example)
        {
            WriteSection("Examples", example.Examples);
        }

        return CommandLine.Done;
    }

    /// <summary>How a command is called.</summary>
    /// <param name="command">The command, in its tree.</param>
    public static string Usage(Command command)
    {
        string usage = NameWithArguments(command);
        for (Command? parent = ParentOf(command); parent is not null; parent = ParentOf(parent))
        {
            usage = $"{parent.Name} {usage}";
        }

        return command.Subcommands.Count > 0 ? $"{usage} [command] [options]" : $"{usage} [options]";
    }

    private static Command? ParentOf(Command command) => command.Parents.OfType<Command>().FirstOrDefault();

    /// <summary>A command's options, those of the commands above it included.</summary>
    /// <param name="command">The command, in its tree.</param>
    public static IEnumerable<Option> OptionsOf(Command command)
    {
        IEnumerable<Option> options = command.Options;
        for (Command? parent = ParentOf(command); parent is not null; parent = ParentOf(parent))
        {
            options = options.Concat(parent.Options.Where(option => option.Recursive));
        }

        return options;
    }

    private static string NameWithArguments(Command command) =>
        string.Join(' ', command.Arguments.Select(NameWithArity).Prepend(command.Name));

    private static string NameWithArity(Argument argument)
    {
        string name = argument.Arity.MaximumNumberOfValues > 1 ? $"{Name(argument)}..." : Name(argument);
        return argument.Arity.MinimumNumberOfValues == 0 ? $"[{name}]" : name;
    }

    /// <summary>An argument as usage shows it.</summary>
    /// <param name="argument">The argument.</param>
    public static string Name(Argument argument) => $"<{argument.HelpName ?? argument.Name}>";

    /// <summary>An option as usage shows it.</summary>
    /// <param name="option">The option.</param>
    public static string Name(Option option)
    {
        string names = string.Join(", ", option.Aliases.Append(option.Name));
        string value = option.ValueType == typeof(bool) ? "" : $" <{option.HelpName ?? option.Name.TrimStart('-')}>";
        return $"{names}{value}{(option.Required ? " (REQUIRED)" : "")}";
    }

    /// <summary>An argument's description, with its default.</summary>
    /// <param name="argument">The argument.</param>
    public static string Text(Argument argument) =>
        WithDefault(argument.Description, argument.HasDefaultValue ? argument.GetDefaultValue() : null);

    /// <summary>An option's description, with its default.</summary>
    /// <param name="option">The option.</param>
    public static string Text(Option option) => WithDefault(option.Description, option.HasDefaultValue ? option.GetDefaultValue() : null);

    private static string WithDefault(string? description, object? value) =>
        value is null or false ? description ?? "" : $"{description} [default: {value}]";

    private void WriteSection(string title, IEnumerable<string> lines)
    {
        terminal.Output.WriteLine($"{title}:");
        foreach (string line in lines)
        {
            terminal.Output.WriteLine($"{Indent}{line.TrimEnd('\r')}");
        }

        terminal.Output.WriteLine();
    }

    private void WriteTable(string title, (string Name, string Text)[] rows)
    {
        if (rows.Length == 0)
        {
            return;
        }

        int column = Indent.Length + rows.Max(row => row.Name.Length) + Indent.Length;
        int width = Math.Max(LeastTextWidth, terminal.OutputWidth - column);
        terminal.Output.WriteLine($"{title}:");
        foreach ((string name, string text) in rows)
        {
            string left = $"{Indent}{name}".PadRight(column);
            foreach (string line in Lines(text, width))
            {
                terminal.Output.WriteLine(left + line);
                left = new string(' ', column);
            }
        }

        terminal.Output.WriteLine();
    }

    /// <summary>The text in lines of so many characters, broken at spaces; a longer word has a line of its own.</summary>
    private static IEnumerable<string> Lines(string text, int width)
    {
        int start = 0;
        while (text.Length - start > width)
        {
            int end = text.LastIndexOf(' ', start + width, width + 1);
            if (end < 0)
            {
                end = text.IndexOf(' ', start + width);
            }

            if (end < 0)
            {
                break;
            }

            yield return text[start..end];
            start = end + 1;
        }

        yield return text[start..];
    }
}

using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace ManagedTransformer.Cli;

/// <summary>The <c>mt</c> command: its subcommands, and what every failure becomes: one sentence and an exit code.</summary>
internal static class CommandLine
{
    /// <summary>The command did what was asked.</summary>
    public const int Done = 0;

    /// <summary>It could not: a file, the data or the machine stood in the way.</summary>
    public const int Failed = 1;

    /// <summary>It was called in a wrong way.</summary>
    public const int WrongUsage = 2;

    private const string StackTraceVariable = "MT_STACKTRACE";

    /// <summary>Runs one command.</summary>
    /// <param name="arguments">As the shell gives them.</param><param name="terminal">Where to read and write.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<string> arguments, Terminal terminal)
    {
        try
        {
            ParseResult parsed = CreateRoot(terminal).Parse(arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
            return parsed.Action is ParseErrorAction
                ? ReportUsage(parsed, terminal)
                : parsed.Invoke(new InvocationConfiguration
                {
                    Output = terminal.Output,
                    Error = terminal.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null,
                });
        }
#pragma warning disable CA1031 // The last place that can turn an exception into a sentence.
        catch (Exception e)
        {
            return Report(e, terminal.Error);
        }
#pragma warning restore CA1031
    }

    private static Command CreateRoot(Terminal terminal) => new(
        "mt",
        """
        Trains, evaluates, inspects and converts Transformers, writes on and translates with them, on managed code only.

        Start with:
          mt train stories                                  train on the built-in stories: about two minutes
          mt generate out/stories --prompt "Once upon a time " --tokens 200
          mt eval out/stories
          mt train shakespeare-char --data input.txt        train on a text of yours
        """)
    {
        TrainCommand.Create(terminal),
        EvalCommand.Create(terminal),
        GenerateCommand.Create(terminal),
        TranslateCommand.Create(terminal),
        TuneExitsCommand.Create(terminal),
        InfoCommand.Create(terminal),
        ConvertCommand.Create(terminal),
        AverageCommand.Create(terminal),
        BenchCommand.Create(terminal),
        DoctorCommand.Create(terminal),
        HelpPage.CreateOption(terminal),
        VersionLine.CreateOption(terminal),
    };

    private static int ReportUsage(ParseResult parsed, Terminal terminal)
    {
        string command = "";
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult { Parent: not null } nested; result = nested.Parent)
        {
            command = $"{nested.Command.Name} {command}";
        }

        // What is unknown says more than what is missing because of it.
        string message = parsed.UnmatchedTokens is [string unknown, ..]
            ? $"There is no command, argument or option '{unknown}' here"
            : parsed.Errors[0].Message.ReplaceLineEndings(" ").TrimEnd('.');
        terminal.Error.WriteLine($"{message}; 'mt {command}--help' shows the usage.");
        return WrongUsage;
    }

    private static int Report(Exception e, TextWriter error)
    {
        string message = e.Message.ReplaceLineEndings(" ");
        error.WriteLine(e switch
        {
            InputException or InvalidDataException or IOException or UnauthorizedAccessException => message,
            OperationCanceledException => "The command was cancelled.",
            OutOfMemoryException => $"There is not enough memory: {message}",
            _ => $"Unexpected {e.GetType().Name}: {message} ({StackTraceVariable}=1 in the environment shows where.)",
        });
        if (Environment.GetEnvironmentVariable(StackTraceVariable) == "1")
        {
            error.WriteLine(e.ToString());
        }

        return Failed;
    }
}

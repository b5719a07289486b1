using System.CommandLine;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;
using System.Text.Json.Nodes;
using ManagedTransformer.Cli.Commands;
using ManagedTransformer.Cli.Exits;
using ManagedTransformer.Cli.Options;
using ManagedTransformer.Cli.Reports;
using ManagedTransformer.Cli.Runs;
using ManagedTransformer.Cli.Terminals;
using ManagedTransformer.Cli.Views;
using ManagedTransformer.Tensors;

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

    /// <summary>A signal ended it: by custom 128 + the signal's number.</summary>
    /// <param name="signal">For instance 2, Ctrl-C.</param>
    public static int Interrupted(int signal) => 128 + signal;

    /// <summary>Runs one command.</summary>
    /// <param name="arguments">As the shell gives them.</param>
    /// <param name="terminal">Where to read and write.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<string> arguments, Terminal terminal)
    {
        terminal = WorkersOption.Choose(arguments, terminal);
        ParseResult parsed = CreateRoot(terminal)
            .Parse(arguments, new ParserConfiguration { EnablePosixBundling = false, ResponseFileTokenReplacer = null });
        FailureReport failure = new(terminal, isJson: arguments.Contains(CommonOptions.JsonName));
        if (parsed.Action is ParseErrorAction)
        {
            failure.Write(DescribeUsage(parsed));
            return WrongUsage;
        }

        try
        {
            RequireValues(parsed);
            if (arguments is [ServeCommand.Name, ..])
            {
                // Options and all, those of the server included that this program has too.
                return ServeCommand.Run([.. arguments.Skip(1)], terminal);
            }

            using DeviceScope? scope = DeviceOption.Open(parsed, terminal);
            using MatMulPrecisionScope precision = DeviceOption.OpenPrecision(parsed);
            return parsed.Invoke(new InvocationConfiguration
            {
                Output = terminal.Output,
                Error = terminal.Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            });
        }
        catch (ReaderLeftException e)
        {
            return Interrupted(e.Signal);
        }
#pragma warning disable CA1031 // The last place that can turn an exception into a sentence.
        catch (Exception e)
        {
            (Exception cause, JsonObject? result) = e is CutShortException cut ? (cut.InnerException!, cut.Result) : (e, null);
            string[] options = [.. parsed.CommandResult.Command.Options.Select(option => option.Name)];
            failure.Write(Describe(cause, options), cause, result);
            return cause is UsageException || (cause is InputException input && OptionNames.IsAtFault(input, options))
                ? WrongUsage
                : Failed;
        }
#pragma warning restore CA1031
    }

    /// <summary>The whole tree of commands.</summary>
    /// <param name="terminal">Where they read and write.</param>
    public static Command CreateRoot(Terminal terminal) => new(
        "mt",
        """
        Trains, evaluates, inspects and converts Transformers, writes on and translates with them, on managed code only.

        Start with:
          mt train stories                                  train on the built-in stories: about two minutes
          mt generate out/stories --prompt "Once upon a time " --tokens 200
          mt eval out/stories
          mt train shakespeare-char --data input.txt        train on a text of yours
          mt recipes                                        what else can be trained
        """)
    {
        TrainCommand.Create(terminal),
        SweepCommand.Create(terminal),
        EvalCommand.Create(terminal),
        ScoreCommand.Create(terminal),
        GenerateCommand.Create(terminal),
        TranslateCommand.Create(terminal),
        ServeCommand.Create(terminal),
        TuneExitsCommand.Create(terminal),
        TokenizeCommand.Create(terminal),
        TrainTokenizerCommand.Create(terminal),
        RecipesCommand.Create(terminal),
        SchemaCommand.Create(terminal),
        InfoCommand.Create(terminal),
        CompareCommand.Create(terminal),
        ReportCommand.Create(terminal),
        ConvertCommand.Create(terminal),
        LinearizeCommand.Create(terminal),
        AverageCommand.Create(terminal),
        BenchCommand.Create(terminal),
        DoctorCommand.Create(terminal),
        HelpPage.CreateOption(terminal),
        VersionLine.CreateOption(terminal),
    };

    private static string DescribeUsage(ParseResult parsed)
    {
        string command = "";
        for (SymbolResult? result = parsed.CommandResult; result is CommandResult { Parent: not null } nested; result = nested.Parent)
        {
            command = $"{nested.Command.Name} {command}";
        }

        // What is unknown says more than what is missing because of it.
        string message = parsed.UnmatchedTokens is [string unknown, ..]
            ? CommonOptions.DescribeUnknown(unknown)
            : parsed.Errors[0].Message.TrimEnd('.');
        return $"{message}; 'mt {command}--help' shows the usage.";
    }

    // No argument and no option means anything by nothing: what is empty was meant to be something else.
    private static void RequireValues(ParseResult parsed)
    {
        foreach (SymbolResult symbol in parsed.CommandResult.Children)
        {
            if (symbol.Tokens.Any(token => token.Value.Length == 0))
            {
                string name = symbol switch
                {
                    OptionResult option => option.Option.Name,
                    ArgumentResult argument => argument.Argument.Name,
                    _ => "An argument",
                };
                throw new UsageException($"{name} is empty; it needs a value (is a variable of the shell not set?).");
            }
        }
    }

    private static string Describe(Exception e, string[] options) => e switch
    {
        UsageException or DeviceException or InvalidDataException or IOException or UnauthorizedAccessException => e.Message,
        InputException => OptionNames.Translate(e.Message, options),
        OperationCanceledException => "The command was cancelled.",
        OutOfMemoryException => $"There is not enough memory: {e.Message}",
        _ => $"Unexpected {e.GetType().Name}: {e.Message} ({FailureReport.StackTraceVariable}=1 in the environment shows where.)",
    };
}

using System.CommandLine;
using ManagedTransformer.Cli.Terminals;

namespace ManagedTransformer.Cli.Commands;

/// <summary><c>mt serve</c>: the program <c>mt-serve</c>, which is one of its own so that this one stays small.</summary>
internal static class ServeCommand
{
    /// <summary>The name of the command.</summary>
    public const string Name = "serve";

    /// <summary>The command, as it stands in lists; what follows its name is the server's.</summary>
    /// <param name="terminal">Where it says what is missing.</param>
    public static Command Create(Terminal terminal)
    {
        Argument<string[]> all = new("MODEL")
        {
            Description = "Models and options of 'mt-serve', see 'mt-serve --help'.",
            Arity = ArgumentArity.ZeroOrMore,
        };
        ExampleCommand command = new(
            Name,
            "Serves models over HTTP, as OpenAI's API has it; the server is the package ManagedTransformer.Server.",
            "mt serve out/stories",
            "mt serve out/stories chat=SmolLM2-135M-Instruct --weights bf16 --port 8000 --slots 32")
        { all };
        command.TreatUnmatchedTokensAsErrors = false;
        command.SetAction(result => Run(result.GetValue(all) ?? [], terminal));
        return command;
    }

    /// <summary>Becomes the server; returns only where there is none, or, on Windows, when it has ended.</summary>
    /// <param name="arguments">What follows the command's name.</param>
    /// <param name="terminal">Where it says what is missing.</param>
    /// <returns>The exit code.</returns>
    public static int Run(IReadOnlyList<string> arguments, Terminal terminal)
    {
        if (SiblingProgram.Find("mt-serve") is { } path)
        {
            return SiblingProgram.Become(path, arguments);
        }

        terminal.Error.WriteLine(
            "The server is a tool of its own, and 'mt-serve' lies neither beside this program nor in the PATH: "
            + "'dotnet tool install --global ManagedTransformer.Server' installs it.");
        return CommandLine.Failed;
    }
}

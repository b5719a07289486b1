using System.CommandLine;
using System.CommandLine.Invocation;
using System.Reflection;
using ManagedTransformer.Cli.Terminals;

namespace ManagedTransformer.Cli.Views;

/// <summary>The line of <c>--version</c>.</summary>
/// <param name="terminal">Where the version goes.</param>
internal sealed class VersionLine(Terminal terminal) : SynchronousCommandLineAction
{
    /// <summary><c>--version</c>, whose text is a constant too; see <see cref="HelpPage"/>.</summary>
    /// <param name="terminal">Where the version goes.</param>
    public static Option<bool> CreateOption(Terminal terminal) => new("--version")
    {
        Description = "Show version information",
        Arity = ArgumentArity.Zero,
        Action = new VersionLine(terminal),
    };

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        terminal.Output.WriteLine(
            typeof(VersionLine).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion);
        return CommandLine.Done;
    }
}

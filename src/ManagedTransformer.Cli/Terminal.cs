using System.Text;
using Spectre.Console;

namespace ManagedTransformer.Cli;

/// <summary>Where a command reads and writes: the process's streams, or those of a test.</summary>
/// <param name="Input">What <c>--prompt -</c> and <c>mt translate</c> read.</param><param name="Output">Results.</param><param name="Error">Errors, and progress where results are JSON.</param>
internal sealed record Terminal(TextReader Input, TextWriter Output, TextWriter Error)
{
    private const int RedirectedWidth = 160;
    private readonly int? _outputWidth;

    /// <summary>Whether a person types <see cref="Input"/>.</summary>
    public bool IsInputInteractive { get; init; }

    /// <summary>Whether a person watches <see cref="Output"/>.</summary>
    public bool IsOutputInteractive { get; init; }

    /// <summary>Whether a person watches <see cref="Error"/>.</summary>
    public bool IsErrorInteractive { get; init; }

    /// <summary>Characters of a line of <see cref="Output"/>; unless set, the window's, and without limit where nobody watches.</summary>
    public int OutputWidth
    {
        get => _outputWidth ?? (IsOutputInteractive && Console.WindowWidth > 0 ? Console.WindowWidth : int.MaxValue);
        init => _outputWidth = value;
    }

    /// <summary>The streams of this process.</summary>
    public static Terminal ForProcess()
    {
        if (OperatingSystem.IsWindows())
        {
            Console.OutputEncoding = Encoding.UTF8;
        }

        return new Terminal(Console.In, Console.Out, Console.Error)
        {
            IsInputInteractive = !Console.IsInputRedirected,
            IsOutputInteractive = !Console.IsOutputRedirected,
            IsErrorInteractive = !Console.IsErrorRedirected,
        };
    }

    /// <summary>Where progress goes.</summary>
    /// <param name="json">Whether results are JSON: then standard output carries nothing else.</param>
    public Progress ProgressFor(bool json) => json ? new Progress(Error, IsErrorInteractive) : new Progress(Output, IsOutputInteractive);

    /// <summary>Draws a table on standard output.</summary>
    public void Write(Table table)
    {
        IAnsiConsole console = AnsiConsole.Create(new AnsiConsoleSettings
        {
            Out = new AnsiConsoleOutput(Output),
            Ansi = IsOutputInteractive ? AnsiSupport.Detect : AnsiSupport.No,
            Interactive = InteractionSupport.No,
        });
        if (!IsOutputInteractive)
        {
            console.Profile.Width = RedirectedWidth;
        }

        console.Write(table);
    }
}

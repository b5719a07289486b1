using System.Text;
using ManagedTransformer.Cli.Views;
using Spectre.Console;

namespace ManagedTransformer.Cli.Terminals;

/// <summary>Where a command reads and writes: the process's streams, or those of a test.</summary>
/// <param name="Input">What <c>--prompt -</c> and <c>mt translate</c> read, UTF-8; null: it is closed.</param>
/// <param name="Output">Results.</param>
/// <param name="Error">Errors, and progress where results are JSON.</param>
internal sealed record Terminal(Stream? Input, TextWriter Output, TextWriter Error)
{
    /// <summary>The name of <see cref="Input"/> in messages.</summary>
    public const string InputName = "standard input";

    private const int RedirectedWidth = 160;
    private readonly int? _outputWidth;

    /// <summary>True when a person types <see cref="Input"/>.</summary>
    public bool IsInputInteractive { get; init; }

    /// <summary>True when a person watches <see cref="Output"/>.</summary>
    public bool IsOutputInteractive { get; init; }

    /// <summary>True when a person watches <see cref="Error"/>.</summary>
    public bool IsErrorInteractive { get; init; }

    /// <summary>Characters of a line of <see cref="Output"/>; unless set, the window's, and without limit where nobody watches.</summary>
    public int OutputWidth
    {
        get => _outputWidth ?? (IsOutputInteractive && Console.WindowWidth > 0 ? Console.WindowWidth : int.MaxValue);
        init => _outputWidth = value;
    }

    /// <summary>
    /// The streams of this process: UTF-8, whatever the locale or the console's code page says. Null: standard output is
    /// closed.
    /// </summary>
    public static Terminal? ForProcess()
    {
        if (OperatingSystem.IsWindows())
        {
            Console.OutputEncoding = Encoding.UTF8;
        }

        TextWriter error = StandardStream.IsOpen(2) ? Writer(2) : TextWriter.Null;
        if (!StandardStream.IsOpen(1))
        {
            error.WriteLine("Standard output is closed, so there is nowhere to write results.");
            return null;
        }

        return new Terminal(StandardStream.IsOpen(0) ? OpenInput() : null, Writer(1), error)
        {
            IsInputInteractive = !Console.IsInputRedirected,
            IsOutputInteractive = !Console.IsOutputRedirected,
            IsErrorInteractive = !Console.IsErrorRedirected,
        };
    }

    /// <summary>Standard input, to read from.</summary>
    /// <exception cref="InputException">It is closed.</exception>
    public Stream RequireInput() => Input ?? throw new InputException("Standard input is closed, so there is nothing to read from it.");

    /// <summary>Where progress goes.</summary>
    /// <param name="json">Whether results are JSON: then standard output carries nothing else.</param>
    public ProgressLine ProgressFor(bool json) =>
        json ? new ProgressLine(Error, IsErrorInteractive) : new ProgressLine(Output, IsOutputInteractive);

    private static Stream OpenInput()
    {
        if (!OperatingSystem.IsWindows())
        {
            return new StandardStream(0);
        }

        if (Console.IsInputRedirected)
        {
            return Console.OpenStandardInput();
        }

        // The one encoding in which a Windows console gives all that is typed.
        Console.InputEncoding = Encoding.Unicode;
        return Encoding.CreateTranscodingStream(Console.OpenStandardInput(), Encoding.Unicode, Encoding.UTF8);
    }

    private static TextWriter Writer(int descriptor)
    {
        Stream stream = !OperatingSystem.IsWindows() ? new StandardStream(descriptor)
            : descriptor == 1 ? Console.OpenStandardOutput()
            : Console.OpenStandardError();
        UTF8Encoding encoding = new(encoderShouldEmitUTF8Identifier: false);
        return TextWriter.Synchronized(new StreamWriter(stream, encoding) { AutoFlush = true });
    }

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

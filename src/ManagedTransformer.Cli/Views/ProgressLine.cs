using System.Diagnostics;

namespace ManagedTransformer.Cli.Views;

/// <summary>Shows how far a command is: one line that is written over on a terminal, a line every few seconds elsewhere.</summary>
internal sealed class ProgressLine(TextWriter writer, bool isInteractive)
{
    private const double SecondsBetweenLines = 5;
    private const string StartOfLineAndErase = "\r\x1b[K";
    private long _lastLine;
    private bool _isLineOpen;

    /// <summary>Whether a person watches.</summary>
    public bool IsInteractive => isInteractive;

    /// <summary>Where things stand now; the next call replaces it.</summary>
    /// <param name="text">One line.</param>
    /// <param name="isImportant">Whether to show it in any case.</param>
    public void Update(string text, bool isImportant = false)
    {
        if (isInteractive)
        {
            writer.Write(StartOfLineAndErase + text);
            writer.Flush();
            _isLineOpen = true;
        }
        else if (isImportant || _lastLine == 0 || Stopwatch.GetElapsedTime(_lastLine).TotalSeconds >= SecondsBetweenLines)
        {
            writer.WriteLine(text);
            _lastLine = Stopwatch.GetTimestamp();
        }
    }

    /// <summary>A line that stays.</summary>
    /// <param name="text">The line.</param>
    public void WriteLine(string text)
    {
        Clear();
        writer.WriteLine(text);
    }

    /// <summary>Takes the last <see cref="Update"/> away from a terminal.</summary>
    public void Clear()
    {
        if (_isLineOpen)
        {
            writer.Write(StartOfLineAndErase);
            _isLineOpen = false;
        }
    }
}

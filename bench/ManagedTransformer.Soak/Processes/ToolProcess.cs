using System.Diagnostics;
using System.Text;

namespace ManagedTransformer.Soak.Processes;

/// <summary>A process that was started.</summary>
internal sealed class ToolProcess : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromMinutes(3);

    private readonly Process _process;
    private readonly string _command;
    private readonly StringBuilder _output = new(), _error = new();

    /// <summary>Starts it.</summary>
    /// <param name="start">The program.</param>
    /// <param name="command">Its command line, for messages.</param>
    public ToolProcess(ProcessStartInfo start, string command)
    {
        start.RedirectStandardOutput = start.RedirectStandardError = start.RedirectStandardInput = true;
        start.StandardOutputEncoding = start.StandardErrorEncoding = Encoding.UTF8;
        _command = command;
        _process = Process.Start(start)!;
        _process.StandardInput.Close();
        _process.OutputDataReceived += (_, line) => Append(_output, line.Data);
        _process.ErrorDataReceived += (_, line) => Append(_error, line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Its number.</summary>
    public int Id => _process.Id;

    /// <summary>Whether it has ended.</summary>
    public bool HasEnded => _process.HasExited;

    /// <summary>Its standard output so far.</summary>
    public string Output => Text(_output);

    /// <summary>Sends a signal, where it still runs.</summary>
    public void Send(Signal signal)
    {
        if (!_process.HasExited)
        {
            _ = Native.Kill(_process.Id, (int)signal);
        }
    }

    /// <summary>Waits for a while, or for its end.</summary>
    /// <returns>Whether it has ended.</returns>
    public bool Wait(TimeSpan time) => _process.WaitForExit(time);

    /// <summary>Waits until something holds, or for its end.</summary>
    /// <param name="condition">What is waited for, looked at as often as possible.</param>
    /// <returns>Whether it holds.</returns>
    public bool WaitUntil(Func<bool> condition)
    {
        for (long start = Stopwatch.GetTimestamp(); !_process.HasExited; Thread.Sleep(1))
        {
            if (condition())
            {
                return true;
            }

            Promise.Require(
                Stopwatch.GetElapsedTime(start) < _patience, $"{_command} did nothing within {_patience.TotalSeconds} seconds.");
        }

        return condition();
    }

    /// <summary>Waits for its end, which must come.</summary>
    public ToolEnd End()
    {
        Promise.Require(_process.WaitForExit(_patience), $"{_command} did not end within {_patience.TotalSeconds} seconds.");
        _process.WaitForExit(); // For the rest of its output.
        return new ToolEnd(_command, _process.ExitCode, Text(_output), Text(_error));
    }

    /// <summary>Ends it, if it has not ended.</summary>
    public void Dispose()
    {
        Send(Signal.Kill);
        _process.WaitForExit();
        _process.Dispose();
    }

    private static void Append(StringBuilder text, string? line)
    {
        lock (text)
        {
            text.Append(line).Append(line is null ? "" : "\n");
        }
    }

    private static string Text(StringBuilder text)
    {
        lock (text)
        {
            return text.ToString();
        }
    }
}

using System.Diagnostics;
using System.Globalization;

namespace ManagedTransformer.Files;

/// <summary>A process of this machine that runs.</summary>
/// <param name="Id">Its number, which another process may have had before.</param>
/// <param name="Name">The name of its program.</param>
/// <param name="Start">When it was started, UTC, by a clock that may have been set since.</param>
/// <param name="Mark">Its start by a clock that nobody sets, which no other process of that number shares; empty where the system tells
/// none.</param>
internal sealed record RunningProcess(int Id, string Name, DateTime Start, string Mark)
{
    // In /proc/ID/stat, counted behind the name: the start in ticks since the machine began. The first is the state.
    private const int StartTicks = 19;

    /// <summary>This process.</summary>
    public static RunningProcess Current
    {
        get
        {
            using Process process = Process.GetCurrentProcess();
            return Of(process, Status(process.Id));
        }
    }

    /// <summary>The process with a number; null where none runs, or none that may be looked at.</summary>
    /// <param name="id">The number.</param>
    public static RunningProcess? Find(int id)
    {
        try
        {
            using Process process = Process.GetProcessById(id);
            string[] status = Status(id);

            // One that has ended keeps its number until its parent asks how; in a container often nobody does.
            return status is ["Z" or "X", ..] ? null : Of(process, status);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static RunningProcess Of(Process process, string[] status) => new(
        process.Id, process.ProcessName, process.StartTime.ToUniversalTime(),
        status.Length > StartTicks ? $"{status[StartTicks]}@{ReadProc("sys/kernel/random/boot_id").Trim()}" : "");

    private static string[] Status(int id)
    {
        string text = ReadProc(string.Create(CultureInfo.InvariantCulture, $"{id}/stat"));

        // The name stands in brackets and may have any character.
        return text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
    }

    // Linux alone has it.
    private static string ReadProc(string name)
    {
        try
        {
            return OperatingSystem.IsLinux() ? File.ReadAllText($"/proc/{name}") : "";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }
}

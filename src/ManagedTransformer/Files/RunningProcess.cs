using System.Diagnostics;

namespace ManagedTransformer.Files;

/// <summary>A process of this machine that runs.</summary>
/// <param name="Id">Its number, which another process may have had before.</param>
/// <param name="Name">The name of its program.</param>
/// <param name="Start">When it was started, UTC.</param>
internal sealed record RunningProcess(int Id, string Name, DateTime Start)
{
    /// <summary>This process.</summary>
    public static RunningProcess Current
    {
        get
        {
            using Process process = Process.GetCurrentProcess();
            return Of(process);
        }
    }

    /// <summary>The process with a number; null where none runs, or none that may be looked at.</summary>
    /// <param name="id">The number.</param>
    public static RunningProcess? Find(int id)
    {
        try
        {
            using Process process = Process.GetProcessById(id);
            return Of(process);
        }
        catch (Exception e) when (e is ArgumentException or InvalidOperationException or System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static RunningProcess Of(Process process) => new(process.Id, process.ProcessName, process.StartTime.ToUniversalTime());
}

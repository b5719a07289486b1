using System.Diagnostics;
using System.Globalization;

namespace ManagedTransformer.Benchmarks;

/// <summary>Memory of this process.</summary>
internal static class ProcessMemory
{
    /// <summary>The most physical memory that the process has held so far, in MiB.</summary>
    public static double PeakMebibytes =>
        LinuxPeakKibibytes is { } kibibytes ? kibibytes / 1024.0 : Process.GetCurrentProcess().PeakWorkingSet64 / (1024.0 * 1024);

    // The runtime reports no peak on Linux, the kernel does.
    private static long? LinuxPeakKibibytes
    {
        get
        {
            const string status = "/proc/self/status", key = "VmHWM:";
            string? line = File.Exists(status)
                ? File.ReadLines(status).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))
                : null;
            return line is null
                ? null
                : long.Parse(line[key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture);
        }
    }
}

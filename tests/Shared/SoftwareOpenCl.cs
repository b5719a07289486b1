using System.Diagnostics;

namespace ManagedTransformer.Tests.OnDevice;

/// <summary>
/// The software OpenCL device of <c>bench/gpu/pocl.sh</c>: fetched once per machine, or where <c>MT_POCL_DIR</c> says. Its drivers need
/// another C library than this process has, so that whoever wants it starts a process.
/// </summary>
internal static class SoftwareOpenCl
{
    private const string FolderVariable = "MT_POCL_DIR";
    private static readonly TimeSpan _longest = TimeSpan.FromMinutes(5);
    private static readonly Lazy<string?> _absence = new(Fetch);

    /// <summary>Why the device cannot be had; null where it can.</summary>
    public static string? Absence => _absence.Value;

    private static string Folder { get; } = Environment.GetEnvironmentVariable(FolderVariable) is { Length: > 0 } folder
        ? folder
        : Path.Combine(Path.GetTempPath(), $"managed-transformer-pocl-6-{Environment.UserName}");

    /// <summary>How a program is started that shall see the device.</summary>
    /// <param name="assembly">The program's assembly.</param>
    /// <param name="arguments">Its arguments.</param>
    public static ProcessStartInfo StartInfo(string assembly, params string[] arguments)
    {
        ProcessStartInfo start = new(Path.Combine(Folder, "dotnet", "dotnet"), [assembly, .. arguments]);
        start.Environment["OCL_ICD_VENDORS"] = Path.Combine(Folder, "icd");
        start.Environment["POCL_CACHE_DIR"] = Path.Combine(Folder, "kernels");

        // Optimised, the kernels take minutes to compile, and PoCL 6 leaves groups of some of them out.
        start.Environment["POCL_EXTRA_BUILD_FLAGS"] = "-cl-opt-disable";
        return start;
    }

    private static string? Fetch()
    {
        string script = Path.Combine(Root(), "bench", "gpu", "pocl.sh");
        ProcessStartInfo start = new("bash", [script, Folder]) { RedirectStandardError = true };

        // Test projects run side by side.
        using FileStream? held = Hold($"{Folder}.lock");
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(_longest))
        {
            process.Kill(entireProcessTree: true);
            return $"fetching it took more than {_longest.TotalMinutes} minutes";
        }

        return process.ExitCode == 0 ? null : errors.Result.Trim().Split('\n')[^1];
    }

    private static FileStream? Hold(string path)
    {
        Stopwatch watch = Stopwatch.StartNew();
        while (watch.Elapsed < _longest)
        {
            try
            {
                return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, 1, FileOptions.DeleteOnClose);
            }
            catch (IOException)
            {
                Thread.Sleep(200);
            }
        }

        return null;
    }

    private static string Root()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "ManagedTransformer.sln")))
        {
            folder = Path.GetDirectoryName(folder);
        }

        return folder ?? throw new DirectoryNotFoundException("ManagedTransformer.sln stands in no folder above the test assembly.");
    }
}

using System.Diagnostics;
using System.Globalization;
using ManagedTransformer.Tensors.Reference;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// The kernel suite on an OpenCL device that the processor plays, once for all tests. <c>bench/gpu/pocl.sh</c> brings the driver into a
/// folder that is kept (<c>MT_POCL_DIR</c> names another one); since the
/// driver needs another C library, this assembly is started again under it.
/// </summary>
public sealed class SoftwareOpenCl
{
    // Another name where the script brings something else.
    private const string FolderName = "managedtransformer-pocl-6.0-1";

    private static readonly Lazy<SoftwareOpenCl> _instance = new(() => new SoftwareOpenCl());

    private SoftwareOpenCl()
    {
        string named = Environment.GetEnvironmentVariable("MT_POCL_DIR") ?? "";
        string folder = named.Length > 0 ? named : Path.Combine(Path.GetTempPath(), FolderName);
        Absence = Prepare(folder);
        if (Absence.Length == 0)
        {
            RunSuite(folder);
        }
    }

    public static SoftwareOpenCl Instance => _instance.Value;

    /// <summary>Why there is no such device; empty if there is.</summary>
    public string Absence { get; }

    /// <summary>What the suite says of the device.</summary>
    public string Description { get; private set; } = "";

    /// <summary>What the program said that is no result.</summary>
    public string Remarks { get; private set; } = "";

    internal List<SuiteResult> Results { get; } = [];

    private static string Prepare(string folder)
    {
        string starter = Path.Combine(folder, "dotnet", "dotnet");
        if (File.Exists(starter))
        {
            return "";
        }

        string? script = FindScript();
        if (script is null || !OperatingSystem.IsLinux())
        {
            return "bench/gpu/pocl.sh, which brings the driver, is for Linux and lies in the sources.";
        }

        (int code, _, string errors) = Run("/bin/bash", [script, folder], []);
        return code == 0 && File.Exists(starter) ? ""
            : errors.Trim().Split('\n')[^1] is { Length: > 0 } reason ? reason : $"{script} failed.";
    }

    private static string? FindScript()
    {
        for (DirectoryInfo? folder = new(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            string script = Path.Combine(folder.FullName, "bench", "gpu", "pocl.sh");
            if (File.Exists(script))
            {
                return script;
            }
        }

        return null;
    }

    private void RunSuite(string folder)
    {
        string kernels = Path.Combine(folder, "kernels");
        Directory.CreateDirectory(kernels);
        (string, string)[] environment = [("OCL_ICD_VENDORS", Path.Combine(folder, "icd")), ("POCL_CACHE_DIR", kernels)];
        string[] arguments = [typeof(SoftwareOpenCl).Assembly.Location, KernelSuiteProgram.Verb, "opencl"];
        (int code, string text, string errors) = Run(Path.Combine(folder, "dotnet", "dotnet"), arguments, environment);
        foreach (string line in text.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            string[] parts = line.Split('\t');
            if (line[0] == '#')
            {
                Description = line[2..];
            }
            else if (parts.Length >= 4 && parts[0] is "pass" or "FAIL")
            {
                SuiteOutcome outcome = parts[0] == "pass" ? SuiteOutcome.Passed : SuiteOutcome.Failed;
                Results.Add(new SuiteResult(parts[1].Split(':')[0], parts[1], outcome, parts[3]));
            }
        }

        int expected = KernelSuite.Cases.Count;
        Remarks = Results.Count == expected ? ""
            : string.Create(CultureInfo.InvariantCulture, $"{Results.Count} of {expected} results, exit code {code}: {errors.Trim()}");
    }

    private static (int Code, string Output, string Errors) Run(
        string program, string[] arguments, (string Name, string Value)[] environment)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach ((string name, string value) in environment)
        {
            start.Environment[name] = value;
        }

        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output, errors.Result);
    }
}

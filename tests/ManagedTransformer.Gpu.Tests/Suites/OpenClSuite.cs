using System.Diagnostics;
using ManagedTransformer.Tensors.Reference;
using ManagedTransformer.Tests.OnDevice;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>
/// The kernel suite on the software OpenCL device, run once for all tests: this assembly is started again under the device's drivers.
/// </summary>
internal sealed class OpenClSuite
{
    private static readonly Lazy<OpenClSuite> _instance = new(() => new OpenClSuite());

    private OpenClSuite()
    {
        if (SoftwareOpenCl.Absence is null)
        {
            Run();
        }
    }

    public static OpenClSuite Instance => _instance.Value;

    /// <summary>What the suite says of the device.</summary>
    public string Description { get; private set; } = "";

    /// <summary>What the program said that is no result.</summary>
    public string Remarks { get; private set; } = "";

    public List<SuiteResult> Results { get; } = [];

    private void Run()
    {
        ProcessStartInfo start = SoftwareOpenCl.StartInfo(typeof(OpenClSuite).Assembly.Location, KernelSuiteProgram.Verb, "opencl");
        start.RedirectStandardOutput = start.RedirectStandardError = true;
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        while (process.StandardOutput.ReadLine() is { } line)
        {
            string[] parts = line.Split('\t');
            if (line.StartsWith('#'))
            {
                Description = line[2..];
            }
            else if (parts.Length >= 4 && parts[0] is "pass" or "FAIL")
            {
                SuiteOutcome outcome = parts[0] == "pass" ? SuiteOutcome.Passed : SuiteOutcome.Failed;
                Results.Add(new SuiteResult(parts[1].Split(':')[0], parts[1], outcome, parts[3]));
            }
        }

        process.WaitForExit();
        int expected = KernelSuite.Cases.Count;
        Remarks = Results.Count == expected
            ? ""
            : FormattableString.Invariant($"{Results.Count} of {expected} results, exit code {process.ExitCode}: {errors.Result.Trim()}");
    }
}

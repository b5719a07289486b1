using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ManagedTransformer.Gpu.Tests;

/// <summary>NVIDIA's assembler, where it is installed: it needs no card. <c>MT_PTXAS</c> names it if it is not on PATH.</summary>
internal static partial class PtxAssembler
{
    public static string? Find()
    {
        string? named = Environment.GetEnvironmentVariable("MT_PTXAS");
        IEnumerable<string> places = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator).Select(folder => Path.Combine(folder, "ptxas"));
        return string.IsNullOrEmpty(named) ? places.FirstOrDefault(File.Exists) : named;
    }

    public static async Task<PtxAssembly> Assemble(string assembler, string text, CancellationToken cancellation)
    {
        string source = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(source, text, cancellation);
            using Process process = Process.Start(new ProcessStartInfo(assembler, ["-arch=sm_90", "-v", source, "-o", "/dev/null"])
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            })!;
            Task<string> ignored = process.StandardOutput.ReadToEndAsync(cancellation);
            string report = await process.StandardError.ReadToEndAsync(cancellation);
            _ = await ignored;
            await process.WaitForExitAsync(cancellation);
            return new PtxAssembly(
                Sum(UsedRegisters(), report), Sum(Spills(), report), process.ExitCode == 0 ? "" : report.ReplaceLineEndings(" "));
        }
        finally
        {
            File.Delete(source);
        }
    }

    private static int Sum(Regex pattern, string report) =>
        pattern.Matches(report).Sum(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"Used (\d+) registers")]
    private static partial Regex UsedRegisters();

    [GeneratedRegex(@"(\d+) bytes spill (?:stores|loads)")]
    private static partial Regex Spills();
}

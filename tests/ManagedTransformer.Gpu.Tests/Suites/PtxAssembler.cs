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

    /// <param name="assembler">The assembler.</param>
    /// <param name="architecture">For which cards, <c>sm_90</c> for example: each has its own way to use registers.</param>
    /// <param name="text">A kernel.</param>
    /// <param name="cancellation">Gives up.</param>
    public static async Task<PtxAssembly> Assemble(
        string assembler, string architecture, string text, CancellationToken cancellation)
    {
        string source = Path.GetTempFileName();
        try
        {
            await File.WriteAllTextAsync(source, text, cancellation);
            string[] arguments = [$"-arch={architecture}", "-v", source, "-o", "/dev/null"];
            using Process process = Process.Start(new ProcessStartInfo(assembler, arguments)
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

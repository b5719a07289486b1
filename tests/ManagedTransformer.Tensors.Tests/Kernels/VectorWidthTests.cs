using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Xunit;

namespace ManagedTransformer.Tensors.Tests;

/// <summary>Runs the kernel suite again in child processes in which the run-time believes that wide vectors do not exist.</summary>
public sealed class VectorWidthTests
{
    // The run-time has known the first switch under both names.
    private static readonly string[] _noAvx512 = ["DOTNET_EnableAVX512", "DOTNET_EnableAVX512F"];

    [Fact]
    public void The256BitKernelsPass()
    {
        Assert.SkipUnless(Vector512.IsHardwareAccelerated && Avx2.IsSupported, "This processor's widest vectors are not 512 bits wide.");
        RunSuite("256", _noAvx512);
    }

    [Fact]
    public void The128BitKernelsPass()
    {
        Assert.SkipUnless(Vector256.IsHardwareAccelerated && Avx2.IsSupported,
            "This processor's widest vectors are not wider than 128 bits.");
        RunSuite("128", [.. _noAvx512, "DOTNET_EnableAVX2"]);
    }

    [Fact]
    public void TheKernelsPassWithoutVectorHardware() => RunSuite("0", ["DOTNET_EnableHWIntrinsic"]);

    // The test assembly is itself a program that runs the tests it is asked for.
    private static void RunSuite(string bits, string[] switchedOff)
    {
        var start = new ProcessStartInfo(
            Environment.ProcessPath is string path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.ArgumentList.Add("exec");
        start.ArgumentList.Add(typeof(VectorWidthTests).Assembly.Location);
        foreach (string test in new[] { nameof(KernelSuiteTests.AgreesWithTheReference),
            nameof(KernelSuiteTests.VectorsHaveTheExpectedWidth) })
        {
            start.ArgumentList.Add("-method");
            start.ArgumentList.Add($"{typeof(KernelSuiteTests).FullName}.{test}");
        }

        start.Environment[KernelSuiteTests.ExpectedWidth] = bits;
        foreach (string variable in switchedOff)
        {
            start.Environment[variable] = "0";
        }

        using Process child = Process.Start(start)!;
        Task<string> errors = child.StandardError.ReadToEndAsync();
        string output = child.StandardOutput.ReadToEnd();
        child.WaitForExit();
        Assert.True(child.ExitCode == 0, output + errors.Result);
        Assert.Matches(@"Total: [1-9]\d*, Errors: 0, Failed: 0", output);
    }
}

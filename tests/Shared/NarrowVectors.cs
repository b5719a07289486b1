using System.Diagnostics;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using Xunit;

namespace ManagedTransformer.Tests.Shared;

/// <summary>Runs tests of this assembly again in a child process in which the run-time believes that wide vectors do not exist.</summary>
internal static class NarrowVectors
{
    // The run-time has known the first switch under both names.
    private static readonly string[] _noAvx512 = ["DOTNET_EnableAVX512", "DOTNET_EnableAVX512F"];

    // Set in child processes: the width that vectors must have there.
    private const string Expected = "MT_TEST_VECTOR_BITS";

    /// <summary>The width of the widest vectors, in bits, 0 where there are none.</summary>
    public static int Width =>
        Vector512.IsHardwareAccelerated ? 512 : Vector256.IsHardwareAccelerated ? 256 : Vector128.IsHardwareAccelerated ? 128 : 0;

    /// <summary>Fails in a child process whose vectors have another width than it was started for.</summary>
    public static void AssertExpectedWidth()
    {
        if (Environment.GetEnvironmentVariable(Expected) is string bits)
        {
            Assert.Equal(bits, Width.ToString(System.Globalization.CultureInfo.InvariantCulture));
        }
    }

    /// <summary>Runs tests of a class at a width, or skips the test at hand where this process has nothing wider.</summary>
    /// <param name="width">256, 128, or 0 for no vectors.</param>
    /// <param name="type">The class.</param>
    /// <param name="methods">The names of its tests.</param>
    public static void Run(int width, Type type, params string[] methods)
    {
        Assert.SkipUnless(
            width == 0 || (Width > width && Avx2.IsSupported), $"This processor's widest vectors are not wider than {width} bits.");

        // The test assembly is itself a program that runs the tests it is asked for.
        ProcessStartInfo start = new(
            Environment.ProcessPath is string path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet",
            ["exec", type.Assembly.Location, .. methods.SelectMany(method => new[] { "-method", $"{type.FullName}.{method}" })])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[Expected] = width.ToString(System.Globalization.CultureInfo.InvariantCulture);
        string[] switches = width switch { 0 => ["DOTNET_EnableHWIntrinsic"], 128 => [.. _noAvx512, "DOTNET_EnableAVX2"], _ => _noAvx512 };
        foreach (string variable in switches)
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

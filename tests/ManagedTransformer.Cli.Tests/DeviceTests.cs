using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using ManagedTransformer.Tests.OnDevice;
using Xunit;

namespace ManagedTransformer.Cli.Tests;

/// <summary>
/// The tool and drivers: two devices compared, and what a driver that fails becomes, on the software OpenCL device and with drivers that
/// are broken on purpose.
/// </summary>
public sealed class DeviceTests : IDisposable
{
    // One product of 4 x 4: few kernels to compile.
    private static readonly string[] _product = ["bench", "gemm", "--shapes", "4,4,4", "--transposes", "nn", "--seconds",
        "0.01", "--device"];

    private readonly Workspace _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void TwoDevicesAreCompared()
    {
        string[] arguments =
        [
            "bench", "compare", "--second", "cpu", "--only", "training", "generation", "--recipe", _work["recipe.json"], "--data",
            _work["text.txt"], "--seconds", "0.001",
        ];
        ToolResult table = Workspace.Run(arguments);
        Assert.Equal(0, table.ExitCode);
        Assert.Matches(@"training +recipe +tokens/s +[\d,.]+ +[\d,.]+ +\d+\.\d\d", table.Output);
        Assert.Matches(@"generation +recipe +tokens/s +[\d,.]+ +[\d,.]+ +\d+\.\d\d", table.Output);
        Assert.DoesNotContain("kernel", table.Output, StringComparison.Ordinal);
        AssertRates(Workspace.Run([.. arguments, "--json"]), "cpu");
    }

    [Fact]
    public void TheSoftwareDeviceIsComparedWithTheProcessor() => AssertRates(
        RunOnOpenCl("bench", "compare", "--second", "opencl", "--only", "training", "generation", "--recipe", "recipe.json", "--data",
            "text.txt", "--seconds", "0.001", "--json"), "opencl:0");

    [Fact]
    public void WhyStepsAreNotReplayedIsSaidOnce()
    {
        ToolResult result = RunOnOpenCl("train", "recipe.json", "--data", "text.txt", "--set", "model.padding_idx=0", "--device", "opencl",
            "--replay", "--json");
        string said = Assert.Single(
            ToolResult.Lines(result.Error), line => line.StartsWith("No step is replayed, since ", StringComparison.Ordinal));
        Assert.Contains(": the host w", said, StringComparison.Ordinal);
        Assert.Equal(20, result.Json.GetProperty("step").GetInt64());
        Assert.Equal(said, Assert.Single(result.Json.GetProperty("notes").EnumerateArray()).GetString());
    }

    [Fact]
    public void ReplayedStepsAreMeasuredBesideOthers()
    {
        JsonElement measured = RunOnOpenCl("bench", "train", "--recipe", "recipe.json", "--vocab", "50", "--steps", "2", "--device",
            "opencl", "--replay", "--json").Json;
        Assert.True(measured.GetProperty("ms").GetDouble() > 0);
        Assert.True(measured.GetProperty("ms_without_replay").GetDouble() > 0);

        // Operators allocate more than that for a layer.
        Assert.InRange(measured.GetProperty("allocated_bytes_per_step").GetInt64(), 1, 15_000);
    }

    [Fact]
    public void StepsThatCannotBeReplayedAreNotMeasured()
    {
        string[] arguments = ["bench", "train", "--recipe", _work["padded.json"], "--vocab", "50", "--steps", "1", "--replay"];
        _work.Write("padded.json", Workspace.TinyRecipe.Replace("\"dropout\": 0.1", "\"padding_idx\": 0", StringComparison.Ordinal));
        Workspace.Run(arguments).AssertFails(CommandLine.Failed, "No step is replayed on cpu: that takes a GPU");
        ToolResult refused = RunOnOpenCl([.. arguments, "--device", "opencl"]);
        Assert.Equal(CommandLine.Failed, refused.ExitCode);
        Assert.Contains("No step of this model is replayed, since a pass over a batch cannot be repeated: the host w", refused.Error,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--only knows kernel", "bench", "compare", "--only", "speed")]
    [InlineData("--second knows cpu", "bench", "compare", "--second", "tpu")]
    public void WrongWordsAreRefused(string mention, params string[] arguments) =>
        Workspace.Run(arguments).AssertFails(CommandLine.WrongUsage, mention);

    // A library that loads, and has none of the functions of a driver.
    [Theory]
    [InlineData("libcuda.so.1", "cuda", "There is no device \"cuda\": the NVIDIA driver")]
    [InlineData("libOpenCL.so", "opencl", "There is no device \"opencl\": ")]
    public void ALibraryThatIsNoDriverIsOneSentence(string library, string device, string message)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Libraries have other names here.");
        string none = Path.Combine(Path.GetDirectoryName(typeof(object).Assembly.Location)!, "libSystem.Native.so");
        File.CreateSymbolicLink(_work[library], none);
        ProcessStartInfo start = new("dotnet", [typeof(CommandLine).Assembly.Location, .. _product, device]);
        start.Environment["LD_LIBRARY_PATH"] = _work[""];
        _work.Run(start).AssertFails(CommandLine.Failed, message);
    }

    [Fact]
    public void ADriverThatDoesNotLoadIsOneSentence()
    {
        ProcessStartInfo start = OnOpenCl([.. _product, "opencl"]);
        _work.Write("icd/gone.icd", _work["gone.so"]);
        start.Environment["OCL_ICD_VENDORS"] = _work["icd"];
        _work.Run(start).AssertFails(CommandLine.Failed, "There is no device \"opencl\": ");
    }

    [Fact]
    public void ADriverThatCannotCompileIsOneSentence()
    {
        ProcessStartInfo start = OnOpenCl([.. _product, "opencl"]);
        start.Environment["POCL_EXTRA_BUILD_FLAGS"] = "-no-such-flag";
        start.Environment["POCL_CACHE_DIR"] = _work["kernels"];
        _work.Run(start).AssertFails(CommandLine.Failed, "opencl:0 failed: CL_");
    }

    // Places in the table of functions through which the loader of OpenCL calls drivers.
    [Theory]
    [InlineData(30, 1, "starting")] // clBuildProgram
    [InlineData(47, 0, "computing")] // clFinish
    [InlineData(48, 0, "reading memory")] // clEnqueueReadBuffer
    [InlineData(49, 0, "writing memory")] // clEnqueueWriteBuffer
    [InlineData(59, 40, "starting")] // clEnqueueNDRangeKernel
    [InlineData(102, 0, "writing memory")] // clEnqueueFillBuffer
    public void ADriverThatFailsIsOneSentence(int call, int before, string doing)
    {
        ProcessStartInfo start = OnOpenCl("train", "recipe.json", "--data", "text.txt", "--device", "opencl", "--json");
        string driver = Path.Combine(start.Environment["OCL_ICD_VENDORS"]!, "pocl.icd");
        Assert.SkipWhen(Build(_work["failing.so"]) is not 0, "There is no C compiler (gcc) here, which makes the driver that fails.");
        _work.Write("icd/failing.icd", _work["failing.so"]);
        start.Environment["OCL_ICD_VENDORS"] = _work["icd"];
        start.Environment["MT_REAL_DRIVER"] = File.ReadAllText(driver).Trim();
        start.Environment["MT_FAILING_CALL"] = call.ToString(CultureInfo.InvariantCulture);
        start.Environment["MT_CALLS_BEFORE"] = before.ToString(CultureInfo.InvariantCulture);
        ToolResult result = _work.Run(start);
        Assert.Equal(CommandLine.Failed, result.ExitCode);

        // Before it stand what the command does, and warnings that the driver's compiler counted.
        string said = ToolResult.Lines(result.Error)[^1];
        Assert.StartsWith($"opencl:0 failed while {doing}", said, StringComparison.Ordinal);
        Assert.EndsWith(": CL_OUT_OF_RESOURCES.", said, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", result.Error, StringComparison.Ordinal);
        Assert.Equal(said, JsonDocument.Parse(ToolResult.Lines(result.Output)[^1]).RootElement.GetProperty("error").GetString());
    }

    private static ProcessStartInfo OnOpenCl(params string[] arguments)
    {
        Assert.SkipWhen(SoftwareOpenCl.Absence is not null, $"No OpenCL device: {SoftwareOpenCl.Absence}");
        return SoftwareOpenCl.StartInfo(typeof(CommandLine).Assembly.Location, arguments);
    }

    private static int? Build(string library)
    {
        try
        {
            using Process process = Process.Start("gcc",
                ["-shared", "-fPIC", "-o", library, Path.Combine(AppContext.BaseDirectory, "FailingDriver.c"), "-ldl"]);
            process.WaitForExit();
            return process.ExitCode;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return null;
        }
    }

    private static void AssertRates(ToolResult result, string second)
    {
        Assert.True(result.ExitCode == 0, result.Error);
        JsonElement[] rates = [.. ToolResult.Lines(result.Output).Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(["training", "generation"], rates.Select(rate => rate.GetProperty("group").GetString()));
        foreach (JsonElement rate in rates)
        {
            Assert.Equal("cpu", rate.GetProperty("first_device").GetString());
            Assert.Equal(second, rate.GetProperty("second_device").GetString());
            double one = rate.GetProperty("first").GetDouble(), other = rate.GetProperty("second").GetDouble();
            Assert.True(one > 0);
            Assert.Equal(other / one, rate.GetProperty("ratio").GetDouble(), 1e-6);
        }
    }

    private ToolResult RunOnOpenCl(params string[] arguments) => _work.Run(OnOpenCl(arguments));
}

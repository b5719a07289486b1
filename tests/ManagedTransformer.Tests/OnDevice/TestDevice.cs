using System.Diagnostics;
using System.Text.Json;
using ManagedTransformer.Gpu;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tests.Golden;
using Xunit;

namespace ManagedTransformer.Tests.OnDevice;

/// <summary>A device that tests ask: in this process where it has the drivers, else in one with the software OpenCL device.</summary>
internal sealed class TestDevice
{
    /// <summary>The device of the golden cases: <c>cpu</c> (default), <c>opencl</c>, <c>cuda</c>, …</summary>
    public const string GoldenVariable = "MT_GOLDEN_DEVICE";

    private readonly string _name;
    private readonly Lock _gate = new();
    private readonly Device? _device;
    private readonly string? _absence;
    private Process? _worker;

    private TestDevice(string name)
    {
        _name = name;
        GpuDevices.Register();
        try
        {
            _device = Devices.Open(name);
        }
        catch (DeviceException e)
        {
            _absence = name.StartsWith("opencl", StringComparison.Ordinal) ? SoftwareOpenCl.Absence : e.Message;
        }
    }

    /// <summary>The device of the golden cases. Where the variable names one that is not there, asking it fails.</summary>
    public static TestDevice Golden { get; } =
        new(Environment.GetEnvironmentVariable(GoldenVariable) is { Length: > 0 } name ? name : "cpu");

    /// <summary>The first OpenCL device, or the software one.</summary>
    public static TestDevice OpenCl { get; } = new("opencl");

    /// <summary>Skips the calling test where the device cannot be had.</summary>
    public void Require() => Assert.SkipWhen(_absence is not null, $"No OpenCL device: {_absence}");

    /// <summary>Computes an answer (<see cref="DeviceWorkerProgram"/>).</summary>
    public string Ask(params string[] request)
    {
        if (_device is not null)
        {
            return DeviceWorkerProgram.Answer(request, _device);
        }

        if (_absence is not null)
        {
            return $"{GoldenVariable} names the device '{_name}': {_absence}";
        }

        lock (_gate)
        {
            Process worker = _worker is { HasExited: false } ? _worker : _worker = Start();
            worker.StandardInput.WriteLine(string.Join('\t', request));
            worker.StandardInput.Flush();
            return worker.StandardOutput.ReadLine() is { } answer
                ? JsonSerializer.Deserialize<string>(answer)!
                : $"the process that computes on {_name} ended with exit code {ExitCode(worker)} at {string.Join(' ', request)}";
        }
    }

    private static int ExitCode(Process worker)
    {
        worker.WaitForExit();
        return worker.ExitCode;
    }

    private Process Start()
    {
        ProcessStartInfo start = SoftwareOpenCl.StartInfo(typeof(TestDevice).Assembly.Location, DeviceWorkerProgram.Verb, _name);
        start.RedirectStandardInput = start.RedirectStandardOutput = true;
        start.WorkingDirectory = GoldenFiles.Root;
        Process worker = Process.Start(start)!;
        AppDomain.CurrentDomain.ProcessExit += (_, _) => worker.StandardInput.Close();
        return worker;
    }
}

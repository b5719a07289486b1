using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using ILGPU;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using ManagedTransformer.Gpu;
using ManagedTransformer.Tensors;
using ManagedTransformer.Tensors.Reference;

namespace ManagedTransformer.DeviceCheck;

/// <summary>
/// Compiles all kernels for a device, with its driver, and runs none: the kernel suite on a device whose launcher only compiles. Prints a
/// JSON object per kernel that does not compile, and one at the end.
/// </summary>
internal static class CompileProgram
{
    /// <summary>The first argument that means this program rather than <c>mt</c>.</summary>
    public const string Verb = "compile";

    public static int Run(string name)
    {
        long start = Stopwatch.GetTimestamp();
        GpuDevices.Register();
        GpuDevice device;
        CompilingLauncher launcher;
        try
        {
            string chosen = Devices.Find(name).Name;
            bool isCuda = chosen.StartsWith(CudaProvider.Instance.Kind, StringComparison.Ordinal);
            int index = int.Parse(chosen.AsSpan(chosen.IndexOf(':', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
            launcher = new CompilingLauncher(() => isCuda ? Cuda(index) : OpenCl(index), Report);
            device = isCuda ? CudaProvider.Instance.Open(chosen, _ => launcher) : OpenClProvider.Instance.Open(chosen, _ => launcher);
        }
        catch (DeviceException e)
        {
            Console.Error.WriteLine(e.Message);
            return 1;
        }

        foreach (MatMulPrecision precision in device.MatMulPrecisions)
        {
            device.MatMulPrecision = precision;
            foreach (KernelCase test in KernelSuite.Cases.Where(test => precision == MatMulPrecision.Float32 || test.Kernel == "MatMul"))
            {
#pragma warning disable CA1031 // No kernel runs, so that anything may go wrong with the results.
                try
                {
                    _ = test.Run(device);
                }
                catch (Exception)
                {
                    // What does not compile was reported.
                }
#pragma warning restore CA1031
            }
        }

        Console.WriteLine(new JsonObject
        {
            ["device"] = device.Name,
            ["description"] = device.Description,
            ["compiled"] = launcher.Compiled,
            ["failed"] = launcher.Failed,
            ["seconds"] = Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds, 2),
        }.ToJsonString());
        return launcher.Failed == 0 ? 0 : 1;
    }

    private static void Report(string kernel, string failure)
    {
        Console.Error.WriteLine($"{(failure.Length > 0 ? "FAILED" : "compiled")} {kernel}");
        if (failure.Length > 0)
        {
            Console.WriteLine(new JsonObject { ["kernel"] = kernel, ["failure"] = failure }.ToJsonString());
        }
    }

    private static CudaAccelerator Cuda(int index)
    {
        Context context = KernelContext.Create(builder => builder.Cuda(_ => true));
        return context.GetCudaDevice(index).CreateCudaAccelerator(context);
    }

    // The order of the indices is that of OpenClProvider: graphics cards first.
    private static CLAccelerator OpenCl(int index)
    {
        Context context = KernelContext.Create(builder => builder.OpenCL(_ => true));
        return OpenClProvider.Ordered(context).ElementAt(index).CreateCLAccelerator(context);
    }
}

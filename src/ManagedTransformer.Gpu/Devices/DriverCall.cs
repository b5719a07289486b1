using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ILGPU.Runtime.OpenCL;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Gpu;

/// <summary>Turns what drivers throw into one sentence.</summary>
internal static class DriverCall
{
    /// <summary>Runs a call into a driver.</summary>
    /// <exception cref="DeviceException">Whatever the driver threw.</exception>
    public static TResult Run<TResult>(string device, Func<TResult> call)
    {
        try
        {
            return call();
        }
        catch (Exception e) when (e is not DeviceException)
        {
            throw new DeviceException($"{device} failed: {Innermost(e)}.", e);
        }
    }

    /// <summary>Runs calls into a driver.</summary>
    /// <param name="device">The device's name.</param>
    /// <param name="doing">What is asked of it, for instance <c>waiting</c>.</param>
    /// <param name="calls">The calls.</param>
    /// <exception cref="DeviceException">Whatever the driver threw.</exception>
    public static void Run(string device, string doing, Action calls)
    {
        try
        {
            calls();
        }
        catch (Exception e) when (IsFailure(e))
        {
            throw Failure(device, doing, e);
        }
    }

    /// <summary>True if the exception comes from the driver or from the library in front of it.</summary>
    public static bool IsFailure(Exception e) => e.GetType().Assembly == typeof(Accelerator).Assembly;

    /// <summary>Turns an exception of the driver into one that names the device.</summary>
    /// <param name="device">The device's name.</param>
    /// <param name="doing">What was asked of it, for instance <c>waiting</c>.</param>
    /// <param name="e">What was thrown.</param>
    public static DeviceException Failure(string device, string doing, Exception e) =>
        new($"{device} failed while {doing}: {Innermost(e)}.", e);

    /// <summary>The message of the innermost exception, in one line.</summary>
    public static string Innermost(Exception e)
    {
        while (e.InnerException is { } inner)
        {
            e = inner;
        }

        // The message of an error of OpenCL names the exception only, and that of CUDA's driver not its code.
        if (e is CLException openCl)
        {
            return openCl.Error.ToString();
        }

        string code = e is CudaException cuda ? $"{cuda.Error}: " : "";
        return code + e.Message.ReplaceLineEndings(" ").Trim().TrimEnd('.') is { Length: > 0 } message ? message : e.GetType().Name;
    }
}

using ManagedTransformer.Tensors;

namespace ManagedTransformer.Gpu;

/// <summary>
/// Makes the GPUs of this machine known to <see cref="Devices"/>: call <see cref="Register"/> once, then <c>Devices.Open("gpu")</c>.
/// </summary>
public static class GpuDevices
{
    /// <summary>Registers CUDA and OpenCL devices, in this order. Nothing is started before a device is looked for.</summary>
    public static void Register()
    {
        Devices.Register(CudaProvider.Instance);
        Devices.Register(OpenClProvider.Instance);
    }
}

using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Gpu;

/// <summary>NVIDIA's devices through their driver.</summary>
internal sealed class CudaProvider : DeviceProvider
{
    private readonly Lazy<(Context? Context, string Absence)> _driver = new(Load);

    public static CudaProvider Instance { get; } = new();

    public override string Kind => "cuda";

    public override string Absence => _driver.Value.Absence;

    public override IReadOnlyList<DeviceDescription> Find() =>
        [.. All().Select((device, i) => new DeviceDescription($"{Kind}:{i}", Describe(device), 3))];

    public override Device Open(string name) => Open(name, accelerator => new AcceleratorLauncher(accelerator));

    /// <summary>Opens a device whose kernels another launcher takes.</summary>
    internal GpuDevice Open(string name, Func<Accelerator, KernelLauncher> makeLauncher)
    {
        CudaDevice device = All().ElementAt(int.Parse(name.AsSpan(Kind.Length + 1), System.Globalization.CultureInfo.InvariantCulture));
        return DriverCall.Run(name, () =>
        {
            Accelerator accelerator = device.CreateCudaAccelerator(_driver.Value.Context!);
            return new GpuDevice(name, Describe(device), accelerator, makeLauncher(accelerator), hasShuffles: true)
            {
                TensorSharedBytes = device.Architecture is { Major: >= 8 } ? CudaDriver.SharedBytes(device) : 0,
            };
        });
    }

    private static (Context?, string) Load()
    {
        if (!CudaDriver.IsInstalled)
        {
            return (null, "no NVIDIA driver is installed");
        }

#pragma warning disable CA1031 // Whatever a driver throws, the answer is that there is no device.
        try
        {
            Context context = KernelContext.Create(builder => builder.Cuda(_ => true));
            return context.GetCudaDevices().Count > 0 ? (context, "") : (context, "the NVIDIA driver finds no device");
        }
        catch (Exception e)
        {
            return (null, $"the NVIDIA driver does not start ({DriverCall.Innermost(e)})");
        }
#pragma warning restore CA1031
    }

    private List<CudaDevice> All()
    {
        List<CudaDevice> devices = [];
        if (_driver.Value.Context is { } context)
        {
            foreach (CudaDevice device in context.GetCudaDevices())
            {
                devices.Add(device);
            }
        }

        return devices;
    }

    private static string Describe(CudaDevice device) => FormattableString.Invariant(
        $"{device.Name}, CUDA {device.Architecture}, {device.NumMultiprocessors} multiprocessors, ")
    + FormattableString.Invariant($"{device.MemorySize / 1073741824.0:N1} GiB");
}

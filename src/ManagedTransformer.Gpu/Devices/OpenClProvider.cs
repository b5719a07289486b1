using ILGPU;
using ILGPU.Runtime;
using ILGPU.Runtime.OpenCL;
using ManagedTransformer.Tensors;

namespace ManagedTransformer.Gpu;

/// <summary>OpenCL devices that have what the kernels need, graphics cards before processors.</summary>
internal sealed class OpenClProvider : DeviceProvider
{
    // The largest group of a portable kernel, and the most shared memory of one.
    private const int GroupSize = 256, SharedBytes = 48 << 10;

    private readonly Lazy<(Context? Context, string Absence)> _driver = new(Load);

    public static OpenClProvider Instance { get; } = new();

    public override string Kind => "opencl";

    public override string Absence => _driver.Value.Absence;

    public override IReadOnlyList<DeviceDescription> Find() =>
        [.. Ordered().Select((device, i) => new DeviceDescription($"{Kind}:{i}", Describe(device), IsProcessor(device) ? 1 : 2))];

    public override Device Open(string name) => Open(name, accelerator => new AcceleratorLauncher(accelerator));

    /// <summary>Opens a device whose kernels another launcher takes.</summary>
    internal GpuDevice Open(string name, Func<Accelerator, KernelLauncher> makeLauncher)
    {
        CLDevice device = Ordered().ElementAt(int.Parse(name.AsSpan(Kind.Length + 1), System.Globalization.CultureInfo.InvariantCulture));
        return DriverCall.Run(name, () =>
        {
            Accelerator accelerator = device.CreateCLAccelerator(_driver.Value.Context!);
            return new GpuDevice(name, Describe(device), accelerator, makeLauncher(accelerator), hasShuffles: false);
        });
    }

    /// <summary>The devices of a context that can be used, in the order of their names.</summary>
    internal static IEnumerable<CLDevice> Ordered(Context context)
    {
        List<CLDevice> devices = [];
        foreach (CLDevice device in context.GetCLDevices())
        {
            if (IsSuitable(device))
            {
                devices.Add(device);
            }
        }

        return devices.OrderBy(device => IsProcessor(device) ? 1 : 0);
    }

    private static (Context?, string) Load()
    {
#pragma warning disable CA1031 // Whatever a driver throws, the answer is that there is no device.
        try
        {
            Context context = KernelContext.Create(builder => builder.OpenCL(_ => true));
            return Ordered(context).Any()
                ? (context, "")
                : (context, "no OpenCL device of version 2.0 or later with generic addresses, double precision, 64-bit atomics "
                    + "and 48 KiB of local memory is installed");
        }
        catch (Exception e)
        {
            return (null, $"OpenCL does not start ({DriverCall.Innermost(e)})");
        }
#pragma warning restore CA1031
    }

    private IEnumerable<CLDevice> Ordered() => _driver.Value.Context is { } context ? Ordered(context) : [];

    private static bool IsSuitable(CLDevice device) =>
        device.MaxNumThreadsPerGroup >= GroupSize && device.MaxSharedMemoryPerGroup >= SharedBytes
        && device.Capabilities is { Float64: true, Int64_Atomics: true };

    private static bool IsProcessor(CLDevice device) => (device.DeviceType & CLDeviceType.CL_DEVICE_TYPE_CPU) != 0;

    private static string Describe(CLDevice device) => FormattableString.Invariant(
        $"{device.Name.Trim()}, OpenCL{(IsProcessor(device) ? " on the processor" : "")}, {device.MemorySize / 1073741824.0:N1} GiB");
}

using System.Collections.Concurrent;
using System.Reflection;
using ILGPU;
using ILGPU.Backends;
using ILGPU.Backends.EntryPoints;
using ILGPU.Runtime;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>Kernels on an accelerator of ILGPU, each compiled when it is first launched.</summary>
internal sealed class AcceleratorLauncher(Accelerator accelerator) : KernelLauncher
{
    /// <summary>
    /// The variable of the environment that, set to 1, writes the name of every kernel to standard error before it is launched, and waits
    /// for it.
    /// </summary>
    public const string TraceVariable = "MT_GPU_TRACE";

    private static readonly bool _isTraced = Environment.GetEnvironmentVariable(TraceVariable) == "1";

    // The compiler makes one delegate per static method and closed generic method, so that the reference is the key.
    private readonly ConcurrentDictionary<Delegate, Delegate> _loaded = new(ReferenceEqualityComparer.Instance);
    private readonly ConcurrentDictionary<Delegate, int> _allowedBytes = new(ReferenceEqualityComparer.Instance);

    /// <summary>Where kernels are queued: the default stream, but while they are captured.</summary>
    public AcceleratorStream Stream { get; set; } = accelerator.DefaultStream;

    public override void Launch<TArguments>(Action<TArguments> kernel, KernelConfig config, TArguments arguments)
    {
        if (_isTraced)
        {
            Console.Error.WriteLine($"{Name(kernel.Method)} {config.GridDim} x {config.GroupDim.X} {Describe(arguments)}");
        }

        if (!_loaded.TryGetValue(kernel, out Delegate? loaded))
        {
            loaded = Load(accelerator, kernel.Method)
                .CreateLauncherDelegate<Action<AcceleratorStream, KernelConfig, TArguments>>();
            _loaded[kernel] = loaded;
        }

        var launch = (Action<AcceleratorStream, KernelConfig, TArguments>)loaded;
        AllowSharedMemory(launch, config.SharedMemoryConfig.NumElements * config.SharedMemoryConfig.ElementSize);
        launch(Stream, config, arguments);
        if (_isTraced)
        {
            accelerator.DefaultStream.Synchronize();
        }
    }

    /// <summary>A kernel, compiled by ILGPU and by the driver.</summary>
    internal static Kernel Load(Accelerator accelerator, MethodInfo kernel)
    {
        CompiledKernel compiled = accelerator.CompileKernel(EntryPointDescription.FromExplicitlyGroupedKernel(kernel));
        return accelerator.LoadKernel(OpenClSource.Mend(compiled));
    }

    private static string Describe<TArguments>(TArguments arguments) => string.Join(' ', typeof(TArguments).GetFields().Select(
        field => $"{field.Name}={(field.GetValue(arguments) is IArrayView view ? $"[{view.Length}]" : field.GetValue(arguments))}"));

    /// <summary>A kernel's name for people.</summary>
    internal static string Name(MethodInfo method)
    {
        string types = string.Join(", ", method.GetGenericArguments().Select(type => type.Name));
        return $"{method.DeclaringType!.Name}.{method.Name}{(method.IsGenericMethod ? $"<{types}>" : "")}";
    }

    // A driver gives a kernel more than 48 KiB only if it is told so before.
    private void AllowSharedMemory<TArguments>(Action<AcceleratorStream, KernelConfig, TArguments> launch, int bytes)
    {
        if (bytes <= CudaDriver.PlainSharedBytes || (_allowedBytes.TryGetValue(launch, out int allowed) && allowed >= bytes))
        {
            return;
        }

        if (launch.GetKernel() is CudaKernel kernel)
        {
            CudaDriver.AllowSharedMemory(kernel.FunctionPtr, bytes);
        }

        _allowedBytes[launch] = bytes;
    }
}

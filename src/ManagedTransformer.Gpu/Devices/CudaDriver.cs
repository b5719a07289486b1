using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;
using ILGPU.Runtime.Cuda;

namespace ManagedTransformer.Gpu;

/// <summary>NVIDIA's driver, where ILGPU does not look for it and for what ILGPU does not ask it.</summary>
internal static unsafe class CudaDriver
{
    /// <summary>Shared memory that any kernel may have.</summary>
    public const int PlainSharedBytes = 48 << 10;

    // CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES
    private const int DynamicSharedBytes = 8;

    private static readonly Lazy<nint> _setFunctionAttribute = new(() => Find("cuFuncSetAttribute"));
    private static readonly Lazy<bool> _isInstalled = new(Install);

    /// <summary>
    /// True if the driver is there. Asking makes ILGPU find it too: ILGPU asks for <c>libcuda.so</c>, which only development packages
    /// bring; the driver itself is <c>libcuda.so.1</c>.
    /// </summary>
    public static bool IsInstalled => _isInstalled.Value;

    /// <summary>
    /// The most shared memory that a group can have once the driver is told so: all of a multiprocessor but 1 KiB that the driver keeps.
    /// </summary>
    public static int SharedBytes(CudaDevice device) =>
        _setFunctionAttribute.Value == 0 ? PlainSharedBytes : Math.Max(PlainSharedBytes, device.MaxSharedMemoryPerMultiprocessor - 1024);

    /// <summary>
    /// Lets a kernel have dynamic shared memory beyond <see cref="PlainSharedBytes"/>. If the driver refuses, the launch says so.
    /// </summary>
    public static void AllowSharedMemory(nint function, int bytes)
    {
        if (_setFunctionAttribute.Value is not 0 and nint set)
        {
            _ = ((delegate* unmanaged<nint, int, int, int>)set)(function, DynamicSharedBytes, bytes);
        }
    }

    /// <summary>A function of the driver; 0 where it has none of that name.</summary>
    public static nint Find(string name) => TryLoad(typeof(CudaDriver).Assembly, null, out nint library)
        && NativeLibrary.TryGetExport(library, name, out nint function) ? function : 0;

    private static bool Install()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, Load);
        }
        catch (InvalidOperationException)
        {
            // Somebody else in this process has set one.
        }

        return TryLoad(typeof(Context).Assembly, null, out _);
    }

    private static bool TryLoad(Assembly assembly, DllImportSearchPath? search, out nint library) => OperatingSystem.IsWindows()
        ? NativeLibrary.TryLoad("nvcuda", assembly, search, out library)
        : NativeLibrary.TryLoad("libcuda.so.1", assembly, search, out library)
            || NativeLibrary.TryLoad("libcuda.so", assembly, search, out library);

    private static nint Load(string name, Assembly assembly, DllImportSearchPath? search)
    {
        if (name is not ("cuda" or "libcuda") || OperatingSystem.IsWindows())
        {
            return 0; // the usual way
        }

        return TryLoad(assembly, search, out nint library) ? library : 0;
    }
}

using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Finds NVIDIA's driver where ILGPU does not look for it.</summary>
internal static class CudaDriver
{
    private static readonly Lazy<bool> _isInstalled = new(Install);

    /// <summary>
    /// Whether the driver is there; from then on ILGPU finds it too: it asks for <c>libcuda.so</c>, which only development packages bring; the driver itself is
    /// <c>libcuda.so.1</c>.
    /// </summary>
    public static bool IsInstalled => _isInstalled.Value;

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
        : NativeLibrary.TryLoad("libcuda.so.1", assembly, search, out library) || NativeLibrary.TryLoad("libcuda.so", assembly, search, out library);

    private static nint Load(string name, Assembly assembly, DllImportSearchPath? search)
    {
        if (name is not ("cuda" or "libcuda") || OperatingSystem.IsWindows())
        {
            return 0; // the usual way
        }

        return TryLoad(assembly, search, out nint library) ? library : 0;
    }
}

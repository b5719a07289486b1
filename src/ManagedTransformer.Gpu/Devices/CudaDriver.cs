using System.Reflection;
using System.Runtime.InteropServices;
using ILGPU;

namespace ManagedTransformer.Gpu;

/// <summary>Finds NVIDIA's driver where ILGPU does not look for it.</summary>
internal static class CudaDriver
{
    private static readonly Lazy<bool> _resolved = new(Install);

    /// <summary>Lets ILGPU find the driver: it asks for <c>libcuda.so</c>, which only development packages bring; the driver itself is <c>libcuda.so.1</c>.</summary>
    public static void Resolve() => _ = _resolved.Value;

    private static bool Install()
    {
        try
        {
            NativeLibrary.SetDllImportResolver(typeof(Context).Assembly, Load);
            return true;
        }
        catch (InvalidOperationException)
        {
            return false; // somebody else in this process has set one
        }
    }

    private static nint Load(string name, Assembly assembly, DllImportSearchPath? search)
    {
        if (name is not ("cuda" or "libcuda") || OperatingSystem.IsWindows())
        {
            return 0; // the usual way
        }

        return NativeLibrary.TryLoad("libcuda.so.1", assembly, search, out nint library) || NativeLibrary.TryLoad("libcuda.so", assembly, search, out library)
            ? library
            : 0;
    }
}

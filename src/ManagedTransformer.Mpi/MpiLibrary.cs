using System.Reflection;
using System.Runtime.InteropServices;

namespace ManagedTransformer.Mpi;

/// <summary>
/// Finds the native library. MPI.NET is bound to that of Windows; MPICH and its relatives (Intel MPI, MVAPICH, Cray) have the same
/// constants and, since 2013, one binary interface under the version 12. That of Open MPI is another.
/// </summary>
internal static class MpiLibrary
{
    private const string OpenMpiVariable = "OMPI_COMM_WORLD_SIZE";

    private static readonly string[] _linux = ["libmpich.so.12", "libmpi.so.12", "libmpi_cray.so.12", "libmpi_gnu.so.12"];
    private static readonly string[] _mac = ["libmpich.12.dylib", "libmpi.12.dylib"];
    private static readonly string[] _openMpi = ["libmpi.so.40", "libmpi.so.20", "libmpi.40.dylib"];

    private static nint _handle;

    /// <summary>Loads it.</summary>
    /// <exception cref="InputException">There is none, or one of another kind.</exception>
    public static void Load()
    {
        if (OperatingSystem.IsWindows())
        {
            if (!NativeLibrary.TryLoad("msmpi.dll", out _))
            {
                throw new InputException("No MPI was found: workers on MPI need Microsoft MPI (msmpi.dll).");
            }

            return;
        }

        if (Environment.GetEnvironmentVariable(OpenMpiVariable) is not null)
        {
            throw new InputException(
                "The processes were started by Open MPI, whose binary interface is another: start them by the mpirun of MPICH, Intel MPI, "
                + "MVAPICH or Cray MPICH (Debian: the package mpich and its mpirun.mpich).");
        }

        string[] names = OperatingSystem.IsMacOS() ? _mac : _linux;
        if (_handle == 0 && !Array.Exists(names, name => NativeLibrary.TryLoad(name, out _handle)))
        {
            string other = Array.Exists(_openMpi, name => NativeLibrary.TryLoad(name, out _))
                ? "Open MPI, which is installed, has another binary interface"
                : $"none of {string.Join(", ", names)} is where the system looks for libraries";
            throw new InputException(
                $"No MPI was found that workers can use: {other}. It takes MPICH, Intel MPI, MVAPICH or Cray MPICH (Debian: the package "
                + "mpich).");
        }

        NativeLibrary.SetDllImportResolver(typeof(global::MPI.Unsafe).Assembly, Resolve);
    }

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path) =>
        name.StartsWith("msmpi", StringComparison.OrdinalIgnoreCase) ? _handle : 0;
}

using System.Runtime.InteropServices;

namespace ManagedTransformer.Tensors;

/// <summary>
/// Asks Linux to back large blocks by pages of 2 MiB where it does so on request only. A table of a gigabyte is then mapped in hundreds of
/// steps instead of hundreds of thousands, and rows read at random miss the address translation far less often. It is a hint: elsewhere, or
/// if refused, nothing happens.
/// </summary>
internal static unsafe partial class HugePages
{
    /// <summary>Size and alignment of such a page.</summary>
    public const int Size = 2 << 20;

    private const int Advice = 14; // MADV_HUGEPAGE

    /// <summary>Blocks from this size on are worth it: a weight of a few megabytes is read from end to end for every token.</summary>
    public const long LeastBlock = Size;

    private static readonly bool _isLinux = OperatingSystem.IsLinux();

    /// <summary>Gives the hint.</summary>
    /// <param name="block">Aligned to <see cref="Size"/>.</param>
    /// <param name="bytes">At least <see cref="LeastBlock"/>.</param>
    public static void Advise(byte* block, long bytes)
    {
        if (!_isLinux)
        {
            return;
        }

        try
        {
            _ = Advise((nint)block, (nuint)bytes, Advice);
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            // A Linux without glibc's name for it: small pages serve as well, only slower.
        }
    }

    [LibraryImport("libc", EntryPoint = "madvise")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Advise(nint address, nuint length, int advice);
}

using System.Runtime.InteropServices;

namespace ManagedTransformer.Soak.Processes;

/// <summary>
/// A file system of a few megabytes in memory, which can be filled and made read-only. It is mounted for this program and its children
/// alone, so it goes with them.
/// </summary>
/// <param name="folder">Where it is mounted.</param>
internal sealed class SmallDisk(string folder)
{
    // Room for a few checkpoints of the largest job.
    private const int Megabytes = 3;

    private const string InsideOption = "--inside";

    /// <summary>Where it is mounted.</summary>
    public string Folder { get; } = folder;

    private string Ballast => Path.Combine(Folder, "ballast");

    /// <summary>Begins this program again where it may mount file systems, if the system lets it.</summary>
    /// <param name="arguments">The arguments of this program.</param>
    /// <returns>The arguments, and whether file systems can be mounted.</returns>
    public static (string[] Arguments, bool IsPossible) Enter(string[] arguments)
    {
        if (arguments is [.. var rest, InsideOption])
        {
            return (rest, true);
        }

        // Whoever is not root may be it among file systems of his own.
        string[] options = Environment.IsPrivilegedProcess ? ["-m"] : ["-rm"];
        if (!OperatingSystem.IsLinux() || !Tools.Succeeds("unshare", [.. options, "mount", "-t", "tmpfs", "none", "/mnt"]))
        {
            return (arguments, false);
        }

        string[] program = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet"
            ? [Environment.ProcessPath!, typeof(SmallDisk).Assembly.Location]
            : [Environment.ProcessPath!];
        _ = Native.Execute("unshare", ["unshare", .. options, .. program, .. arguments, InsideOption, null]);
        throw new InvalidOperationException(Marshal.GetLastPInvokeErrorMessage());
    }

    /// <summary>Mounts it.</summary>
    public void Mount()
    {
        Directory.CreateDirectory(Folder);
        Require(Tools.Succeeds("mount", "-t", "tmpfs", "-o", $"size={Megabytes}m", "none", Folder));
    }

    /// <summary>Takes it away.</summary>
    public void Unmount() => Require(Tools.Succeeds("umount", Folder));

    /// <summary>Makes it read-only, or writable again.</summary>
    /// <param name="isReadOnly">Which.</param>
    public void Remount(bool isReadOnly) => Require(Tools.Succeeds("mount", "-o", isReadOnly ? "remount,ro" : "remount,rw", Folder));

    /// <summary>Fills it up.</summary>
    /// <param name="room">The bytes that are left, or a page less.</param>
    public void Fill(long room)
    {
        using FileStream file = new(Ballast, FileMode.Create, FileAccess.Write, FileShare.None, bufferSize: 0);
        byte[] page = new byte[Environment.SystemPageSize];
        try
        {
            while (true)
            {
                file.Write(page);
            }
        }
        catch (IOException)
        {
            file.SetLength(Math.Max(0, file.Length - room));
        }
    }

    /// <summary>Empties it but for what was there before.</summary>
    public void Empty() => File.Delete(Ballast);

    private static void Require(bool isDone)
    {
        if (!isDone)
        {
            throw new InvalidOperationException("A file system cannot be mounted.");
        }
    }
}

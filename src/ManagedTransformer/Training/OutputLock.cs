using System.Globalization;
using System.Text;
using ManagedTransformer.Files;

namespace ManagedTransformer.Training;

/// <summary>
/// Keeps an output folder for one run at a time. The lock is the operating system's on the file <c>.lock</c>, which goes with the process
/// however that ends; <c>.owner</c> says who holds it, for the sentence that another run is refused with,
/// and for file systems that know no locks.
/// </summary>
internal sealed class OutputLock : IDisposable
{
    private const string LockFile = ".lock", OwnerFile = ".owner";

    private const string TimeFormat = "yyyy-MM-dd HH:mm:ss";

    // The start of a process is counted from the start of the machine, by a clock that is put right now and then.
    private static readonly TimeSpan _clockDrift = TimeSpan.FromSeconds(5);

    private readonly FileStream _lock;
    private readonly string _owner;

    private OutputLock(FileStream held, string owner) => (_lock, _owner) = (held, owner);

    /// <summary>Takes the lock.</summary>
    /// <param name="output">The folder, which exists.</param>
    /// <exception cref="InputException">Another run holds it.</exception>
    /// <exception cref="IOException">The folder cannot be written.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder cannot be written.</exception>
    public static OutputLock Take(string output)
    {
        string path = Path.Combine(output, LockFile), owner = Path.Combine(output, OwnerFile);
        FileStream held;
        try
        {
            held = new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e) when (IsHeld(path))
        {
            throw new InputException(
                $"The output folder '{output}' is in use by {Describe(Read(owner))}: wait for it, "
                + "or give each run a folder of its own (TrainingOptions.Output).",
                e);
        }

        string[]? left = Read(owner);
        if (left is not null && IsAlive(left))
        {
            held.Dispose();
            throw new InputException(
                $"The output folder '{output}' is in use by {Describe(left)}: wait for it, "
                + "or give each run a folder of its own (TrainingOptions.Output).");
        }

        try
        {
            AtomicFile.DeleteLeftovers(owner);
            AtomicFile.Write(owner, Encoding.UTF8.GetBytes(string.Join('\n', Identity(RunningProcess.Current)) + "\n"));
        }
        catch
        {
            held.Dispose();
            throw;
        }

        return new OutputLock(held, owner);
    }

    /// <summary>Gives the folder back.</summary>
    public void Dispose()
    {
        if (_lock.SafeFileHandle.IsClosed)
        {
            return;
        }

        try
        {
            File.Delete(_owner);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Who finds it sees that its process has ended.
        }

        _lock.Dispose();
    }

    // Numbers come back: only with its start does one name a process. The time is for people, and for systems without a mark.
    private static string[] Identity(RunningProcess process) =>
    [
        process.Id.ToString(CultureInfo.InvariantCulture),
        process.Name,
        process.Start.ToString(TimeFormat, CultureInfo.InvariantCulture),
        Environment.MachineName,
        process.Mark,
    ];

    // A file that is there and cannot be written is no lock: the disk may be read-only.
    private static bool IsHeld(string path)
    {
        try
        {
            using FileStream probe = new(path, FileMode.Open, FileAccess.Read, FileShare.None);
            return false;
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException or UnauthorizedAccessException)
        {
            return false;
        }
        catch (IOException)
        {
            return true;
        }
    }

    // Another machine's processes cannot be looked at: the lock itself, which this process holds by now, says that they are gone.
    private static bool IsAlive(string[] owner) =>
        owner[3] == Environment.MachineName
        && int.TryParse(owner[0], NumberStyles.None, CultureInfo.InvariantCulture, out int id)
        && id != Environment.ProcessId
        && DateTime.TryParseExact(owner[2], TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.None, out DateTime start)
        && RunningProcess.Find(id) is { } process
        && process.Name == owner[1]
        && (owner[4].Length > 0 && process.Mark.Length > 0
            ? process.Mark == owner[4]
            : (process.Start - start).Duration() < _clockDrift);

    private static string[]? Read(string owner)
    {
        try
        {
            return File.ReadAllLines(owner) is { Length: 5 } lines ? lines : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static string Describe(string[]? owner) => owner is null
        ? "another process"
        : $"process {owner[0]} ({owner[1]}, started {owner[2]} UTC on {owner[3]})";
}

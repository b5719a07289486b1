using System.Globalization;
using ManagedTransformer.Soak.Processes;

namespace ManagedTransformer.Soak.Jobs;

/// <summary>A job that is disturbed, and the folder that it writes.</summary>
/// <param name="job">The job.</param>
/// <param name="tools">Starts it.</param>
/// <param name="output">The folder, as the tool gets it.</param>
/// <param name="disk">The small disk that it lies on; null for the usual one.</param>
internal sealed class JobFolder(Job job, Tools tools, string output, SmallDisk? disk)
{
    /// <summary>The file that names who has the folder.</summary>
    public const string OwnerFile = ".owner";

    /// <summary>The job.</summary>
    public Job Job { get; } = job;

    /// <summary>The folder, as the tool gets it.</summary>
    public string Output { get; } = output;

    /// <summary>The folder.</summary>
    public string Folder { get; } = Path.Combine(tools.Folder, output);

    /// <summary>The small disk that it lies on; null for the usual one.</summary>
    public SmallDisk? Disk { get; } = disk;

    /// <summary>Whether the job has come to its end.</summary>
    public bool IsComplete { get; set; }

    /// <summary>How often it was started.</summary>
    public int Starts { get; private set; }

    /// <summary>Updates that were once found saved, by the folders of runs.</summary>
    public Dictionary<string, long> Saved { get; } = [];

    /// <summary>The file that it trains on.</summary>
    public string DataFile => Path.Combine(tools.Folder, Job.DataFile);

    /// <summary>Starts the job, or takes it up.</summary>
    /// <param name="threads">Threads of each process.</param>
    /// <param name="environment">Variables of its environment.</param>
    public ToolProcess Start(int threads = 1, IReadOnlyDictionary<string, string>? environment = null)
    {
        Starts++;
        string[] command = [.. Job.Command, "--out", Output, "--threads", threads.ToString(CultureInfo.InvariantCulture)];
        return Job.Workers > 1 ? tools.StartWorkers(Job.Workers, command) : tools.Start(command, environment);
    }

    /// <summary>Starts the job once more, while it runs.</summary>
    /// <param name="isFresh">Whether from the beginning, which would move aside what is there.</param>
    /// <param name="environment">Variables of its environment.</param>
    public ToolEnd StartSecond(bool isFresh, IReadOnlyDictionary<string, string>? environment = null)
    {
        string[] command = [.. Job.Command.Where(argument => !isFresh || argument != "--resume"), "--out", Output];
        using ToolProcess process = tools.Start(command, environment);
        return process.End();
    }

    /// <summary>Whether a process has taken the folder for itself, or of <c>mt linearize</c> that of a stage.</summary>
    /// <param name="process">The process; of workers whichever.</param>
    public bool IsOwnedBy(ToolProcess process)
    {
        try
        {
            return Directory.Exists(Folder) && ((string[])[Folder, .. Directory.EnumerateDirectories(Folder)])
                .Select(folder => Path.Combine(folder, OwnerFile)).Where(File.Exists)
                .Select(owner => File.ReadLines(owner).FirstOrDefault())
                .Any(owner => Job.Workers > 1 ? Directory.Exists($"/proc/{owner}") : owner == $"{process.Id}");
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Whether a checkpoint of it is being written.</summary>
    public bool IsSaving => Directory.Exists(Folder) && Directory.EnumerateDirectories(Folder, "*", SearchOption.AllDirectories)
        .Any(path => Path.GetFileName(path) is var name
            && (name.Contains(".tmp-", StringComparison.Ordinal) || name.EndsWith(".old", StringComparison.Ordinal)));
}

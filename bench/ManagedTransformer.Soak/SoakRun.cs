using System.Diagnostics;
using System.Globalization;
using ManagedTransformer.Soak.Faults;
using ManagedTransformer.Soak.Jobs;
using ManagedTransformer.Soak.Processes;

namespace ManagedTransformer.Soak;

/// <summary>
/// Jobs that are disturbed again and again until they are complete; then they must have the bits of the same jobs undisturbed.
/// </summary>
internal sealed class SoakRun
{
    /// <summary>The folder of the model that servers serve.</summary>
    public const string Served = "served";

    private const string References = "reference", Runs = "runs", Evidence = "evidence";

    private readonly SoakOptions _options;
    private readonly Tools _tools;
    private readonly SmallDisk? _disk;
    private readonly Random _random;
    private readonly Fault[] _faults;
    private readonly Dictionary<string, Reference> _references = [];
    private readonly List<Fault> _deck = [];
    private readonly long _begin = Stopwatch.GetTimestamp();
    private int _events;

    /// <summary>A soak that has not begun.</summary>
    /// <param name="options">What is asked for.</param>
    /// <param name="canMount">Whether file systems can be mounted.</param>
    public SoakRun(SoakOptions options, bool canMount)
    {
        _options = options;
        _tools = new Tools(options.Folder);
        _random = new Random(options.Seed);
        _disk = canMount ? new SmallDisk(Path.Combine(options.Folder, Runs)) : null;
        Fault[] wanted = [.. Fault.CreateAll().Where(fault => options.Only.Count == 0 || options.Only.Contains(fault.Name))];
        _faults = [.. wanted.Where(fault => fault.Obstacle is null)];
        foreach (Fault fault in wanted.Where(fault => fault.Obstacle is not null))
        {
            Print($"skipped: {fault.Name}, since {fault.Obstacle}");
        }

        if (!canMount)
        {
            Print("skipped: full-disk and read-only, since no file system can be mounted here");
        }
    }

    /// <summary>What happened.</summary>
    public Tally Tally { get; } = new();

    private TimeSpan Elapsed => Stopwatch.GetElapsedTime(_begin);

    private bool IsOver => _options.Events is { } events ? _events >= events : Elapsed >= _options.Duration;

    /// <summary>Disturbs jobs until the time is over, and completes the last one.</summary>
    /// <exception cref="BrokenPromiseException">Something does not hold.</exception>
    public void Run()
    {
        Prepare();
        bool hasWorkers = Tools.Succeeds("mpirun.mpich", "--version");
        for ((int number, int last) = (0, 0); !IsOver; number++)
        {
            // Every other round on the disk that everything else is on.
            Job job = Job.All[number % Job.All.Count];
            SmallDisk? disk = number / Job.All.Count % 2 == 0 ? _disk : null;
            JobFolder folder = new(job, _tools, Path.Combine(Runs, job.Name), disk);
            if ((job.Workers > 1 && !hasWorkers) || !_faults.Any(fault => fault.Fits(folder)))
            {
                Promise.Require(number - last <= 2 * Job.All.Count, "None of the faults that are asked for can happen here.");
                continue;
            }

            last = number;
            disk?.Mount();
            try
            {
                Disturb(folder);
            }
            catch (Exception e) when (e is not BrokenPromiseException || Keep(folder))
            {
                throw;
            }

            Directory.Delete(folder.Folder, recursive: true);
            disk?.Unmount();
        }
    }

    private void Prepare()
    {
        Promise.Require(!Directory.EnumerateFileSystemEntries(_options.Folder).Any(), $"{_options.Folder} is not empty.");
        Job.WriteInputs(_options.Folder);
        Directory.CreateDirectory(Path.Combine(_options.Folder, Runs));
        _tools.Run("train", $"{Job.Original}.json", "--data", Job.All[0].DataFile, "--quiet", "--out", Job.Original).Exits(0);
        _tools.Run("train", "spans.json", "--data", Job.All[0].DataFile, "--quiet", "--steps", "100", "--out", Served).Exits(0);
    }

    private void Disturb(JobFolder folder)
    {
        Reference reference = ReferenceOf(folder.Job);
        while (!folder.IsComplete && !IsOver)
        {
            Fault fault = Next(folder);
            fault.Strike(new Scene(folder, _tools, _random, Tally));
            _events++;
            long step = folder.Saved.Values.DefaultIfEmpty(-1).Max();
            Print($"{_events,5}  {fault.Name,-13} {folder.Job.Name}: {(folder.IsComplete ? "complete" : $"{step} updates saved")}");
        }

        if (!folder.IsComplete)
        {
            using ToolProcess process = folder.Start();
            process.End().Exits(0);
            new JobCheck(Tally).Check(folder, Ending.Saved);
        }

        reference.RequireSame(folder);
        Tally.Add($"complete jobs with the bits of undisturbed ones: {folder.Job.Name}");
        Print($"       {folder.Job.Name} has the bits of the undisturbed one");
    }

    private Reference ReferenceOf(Job job)
    {
        if (!_references.TryGetValue(job.Name, out Reference? reference))
        {
            JobFolder folder = new(job, _tools, Path.Combine(References, job.Name), null);
            using ToolProcess process = folder.Start(threads: 2);
            process.End().Exits(0);
            new JobCheck(Tally).Check(folder, Ending.Saved);
            _references[job.Name] = reference = Reference.Read(folder);
        }

        return reference;
    }

    // The first one of the deck that fits to the job; those before it wait for another job.
    private Fault Next(JobFolder folder)
    {
        while (!_deck.Any(fault => fault.Fits(folder)))
        {
            // All of them in a random order, then those that weigh more as often as is left.
            Fault[] once = [.. _faults], more = [.. _faults.SelectMany(fault => Enumerable.Repeat(fault, fault.Weight - 1))];
            _random.Shuffle(once);
            _random.Shuffle(more);
            _deck.AddRange([.. once, .. more]);
        }

        Fault next = _deck.First(fault => fault.Fits(folder));
        _deck.Remove(next);
        return next;
    }

    // The small disk goes with this program.
    private bool Keep(JobFolder folder)
    {
        string target = Path.Combine(_options.Folder, Evidence);
        Tools.Succeeds("cp", "-a", folder.Folder, target);
        Print($"What was left is in {target}.");
        return true;
    }

    private void Print(FormattableString line) =>
        Console.WriteLine($"{Elapsed:hh\\:mm\\:ss} {line.ToString(CultureInfo.InvariantCulture)}");

    private void Print(string line) => Console.WriteLine($"{Elapsed:hh\\:mm\\:ss} {line}");
}

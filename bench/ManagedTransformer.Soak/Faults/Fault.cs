using ManagedTransformer.Soak.Jobs;

namespace ManagedTransformer.Soak.Faults;

/// <summary>Something that may happen to a process, and what must hold afterwards.</summary>
/// <param name="name">Its name on the command line.</param>
internal abstract class Fault(string name)
{
    /// <summary>Its name on the command line.</summary>
    public string Name { get; } = name;

    /// <summary>How often it happens for once that others do.</summary>
    public int Weight { get; init; } = 1;

    /// <summary>Why it cannot happen on this machine; null where it can.</summary>
    public virtual string? Obstacle => null;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<Fault> CreateAll() =>
    [
        new KillFault("kill", isSaving: false) { Weight = 3 },
        new KillFault("kill-saving", isSaving: true) { Weight = 3 },
        new SignalFault { Weight = 3 },
        new StopFault(),
        new SecondProcessFault(),
        new FullDiskFault { Weight = 2 },
        new ReadOnlyFault(),
        new ImmutableFault(),
        new VanishedDataFault(),
        new ClockFault(),
        new ServeFault { Weight = 2 },
    ];

    /// <summary>Whether it can happen to a job.</summary>
    /// <param name="job">The job.</param>
    public virtual bool Fits(JobFolder job) => job.Job.IsTraining;

    /// <summary>Lets it happen, and checks what it left.</summary>
    /// <param name="scene">To what, and when.</param>
    public abstract void Strike(Scene scene);
}

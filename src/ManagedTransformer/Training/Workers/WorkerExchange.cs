namespace ManagedTransformer.Training.Workers;

/// <summary>An exchange of blocks that is under way.</summary>
public abstract class WorkerExchange
{
    /// <summary>Moves it on as far as it goes without waiting.</summary>
    /// <returns>Whether it has ended.</returns>
    public abstract bool Poll();

    /// <summary>Waits for its end.</summary>
    public abstract void Wait();
}
